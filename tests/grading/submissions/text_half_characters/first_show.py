print("\ud800\udc00 \udfff")
display("\ud83d")
