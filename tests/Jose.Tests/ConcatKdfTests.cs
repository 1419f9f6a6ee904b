using System.Buffers.Text;
using System.Security.Cryptography;

namespace Coffer.Jose.Tests;

public sealed class ConcatKdfTests
{
    private const string Alice = """
        {"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
         "y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps","d":"0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"}
        """;

    private const string Bob = """
        {"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
         "y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}
        """;

    [Fact]
    public void Matches_rfc_7518_appendix_c()
    {
        using var alice = Jwk.Parse(Alice);
        using var bob = Jwk.Parse(Bob);
        using var own = alice.ToEcDiffieHellman();
        using var peer = bob.ToEcDiffieHellman();
        var z = own.DeriveRawSecretAgreement(peer.PublicKey);
        Assert.Equal("9E56D91D817135D372834283BF84269CFB316EA3DA806A48F6DAA7798CFE90C4", Convert.ToHexString(z));
        Assert.Equal("VqqN6vgjbSBcIijNcacQGg", Base64Url.EncodeToString(ConcatKdf.Derive(z, "A128GCM", "Alice"u8, "Bob"u8, 16)));
    }

    /// <summary>Two rounds of the hash, put together by hand from SP 800-56A's definition.</summary>
    [Fact]
    public void Second_round_continues_the_key()
    {
        byte[] z = [1, 2, 3];
        byte[] info = [0, 0, 0, 3, (byte)'a', (byte)'l', (byte)'g', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x80];
        byte[] expected = [.. SHA256.HashData([0, 0, 0, 1, .. z, .. info]), .. SHA256.HashData([0, 0, 0, 2, .. z, .. info])[..16]];
        Assert.Equal(expected, ConcatKdf.Derive(z, "alg", [], [], 48));
    }
}
