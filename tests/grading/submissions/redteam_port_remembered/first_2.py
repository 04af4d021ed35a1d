server = socket.socket()
try:
    server.bind(("127.0.0.1", 45679))
    server.listen()
    client = socket.create_connection(("127.0.0.1", 45679))
    other, _ = server.accept()
    other.close()
    client.close()
finally:
    server.close()
