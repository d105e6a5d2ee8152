import Testing

@testable import Reporter

@Suite("SHA-256")
struct SHA256Tests {
  /// The examples of NIST's "Secure Hash Standard" validation page, and lengths around a block's end,
  /// by coreutils' `sha256sum`.
  @Test(
    "agrees with published examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 55),
        "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"
      ),
      (
        String(repeating: "a", count: 64),
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"
      ),
      (
        String(repeating: "a", count: 1000),
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"
      ),
    ])
  func digest(_ message: String, _ expected: String) {
    let digits = SHA256.hexadecimal(of: Array(message.utf8))
    #expect(digits == expected)
  }

  @Test("is printed in base64, as policies name it")
  func base64() {
    // Content Security Policy Level 3, section 6.7.3.3, gives such a hash for a style's text; this one is
    // by `printf '' | openssl dgst -sha256 -binary | base64`.
    #expect(SHA256.base64(of: "") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
  }
}
