!pip --version
