import getpass

getpass.getpass("Password: ")
