using System.Text.Json;
using Coffer.Attestation.Protocol;
using Coffer.Jose;

namespace Coffer.Attestation.Tests.Protocol;

/// <summary>Throw-away keys and digests that another implementation computed with.</summary>
internal static class FactKeys
{
    public const string Nonce = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="; // bytes 00..1f

    public const string P256 = """{"kty":"EC","crv":"P-256","alg":"ECDH-ES+A256KW","x":"H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4","y":"lcs2JwKOfeR-ovGxjhC8cNInbbcxPPYgBxXNE-ospo8"}""";
    public const string P256Private = """{"kty":"EC","crv":"P-256","x":"H-uaikNECvSDuDy9NOOh0gR48C9lfwE1i6-fZeMEiu4","y":"lcs2JwKOfeR-ovGxjhC8cNInbbcxPPYgBxXNE-ospo8","d":"wVkpcyPw-S6e3GpJglpy4ZO4SJ0VV8USNqTCZJ626U0"}""";
    public const string P521 = """{"kty":"EC","crv":"P-521","alg":"ECDH-ES+A256KW","x":"AbEWYPc9uaThCQHj-0ZjuQAYs3oh0KX_L-CVRH5Hru9Lcsb1dCGlcNzzaq7fYJTXjYEhr4V9ff-iY1GGrzHgmiDy","y":"AcEKKiF1llulfhocyyQGCB0fxVMgRXgqKdqOaMgtrTqVAxR5xBJW-Azw1YrUAd3bjZabcGIdtcUWLmO5iBkG6iEi"}""";
    public const string P521Private = """{"kty":"EC","crv":"P-521","x":"AbEWYPc9uaThCQHj-0ZjuQAYs3oh0KX_L-CVRH5Hru9Lcsb1dCGlcNzzaq7fYJTXjYEhr4V9ff-iY1GGrzHgmiDy","y":"AcEKKiF1llulfhocyyQGCB0fxVMgRXgqKdqOaMgtrTqVAxR5xBJW-Azw1YrUAd3bjZabcGIdtcUWLmO5iBkG6iEi","d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADiRej5Ey_xGlxvbTme3vhpt1FbCQwmhX_hd9anxKZ8f"}""";

    public const string JweP256 = """{"protected":"eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJ2bWI3ZVF1eVZzRWZPM2t4Wmc0cDU1bkFHMGV4N0lWSEkxRWp2WWk1bzlZIiwieSI6Iko3bk1lVFlzMWVxNmk1b0F4TDBVdEpRLXRfWHZHc1JfY3lla2w0d0NzT0kifX0","encrypted_key":"ZVK7oAAOAkYAfi_-sHG4FhVVjKgsMIqJ9tpSQhXF7g59XfQiTk1KLA","iv":"AAECAwQFBgcICQoL","ciphertext":"L2e6d6rFpGniLLf_2YxYD_G57FGC","tag":"HH8r588BB-W2CrhpZ3kMRg"}""";
    public const string JweP521 = """{"protected":"eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC01MjEiLCJrdHkiOiJFQyIsIngiOiJBYjRVak5TcU8wcnNaSzZSNV9FNlBiTXFFRDVwMTRLSkhiOGRqTnBrWnd0TDVmb2ZIdFBITElSVGhLdzZOMGtnemV3WGtSRnBlQld2ZEYzQXBHemo1TW5DIiwieSI6IkFQTmhXU1hJbTV1MU1BcnJidmlDV254dFZlQTdUTU1EeVNNQmMwdEtvc1JFb3V5UThtU3Y2OHZhWlk0RHhSNnFVVTVWNjRwdXJuNEVRM0xUSTV0SDZqU08ifX0","encrypted_key":"ikBOa5xcA9pjRs6vAVi48PZq65xDnQWsFbm69IYNruh11X8-52hZMg","iv":"AAECAwQFBgcICQoL","ciphertext":"L2e6d6rFpGniLLf_2YxYD_G57FGC","tag":"tAOV3dZPENIJrQNsFIZNmg"}""";

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static TeePublicKey Public(string jwk, bool allowRsa15 = false) => TeePublicKey.Parse(Json(jwk), allowRsa15);

    public static Jwk Private(string jwk) => Jwk.Parse(jwk);
}
