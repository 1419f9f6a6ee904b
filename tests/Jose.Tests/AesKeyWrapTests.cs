namespace Coffer.Jose.Tests;

public sealed class AesKeyWrapTests
{
    private const string Kek = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
    private const string Data = "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F";

    /// <summary>RFC 3394 sections 4.1 to 4.6: KEK and data are prefixes of the same two strings.</summary>
    [Theory]
    [InlineData(16, 16, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5")]
    [InlineData(24, 16, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D")]
    [InlineData(32, 16, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7")]
    [InlineData(24, 24, "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2")]
    [InlineData(32, 24, "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1")]
    [InlineData(32, 32, "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")]
    public void Matches_the_rfc(int kekBytes, int dataBytes, string wrapped)
    {
        var kek = Convert.FromHexString(Kek).AsSpan(0, kekBytes);
        var data = Convert.FromHexString(DataFor(dataBytes));
        Assert.Equal(wrapped, Convert.ToHexString(AesKeyWrap.Wrap(kek, data)));
        Assert.Equal(data, AesKeyWrap.Unwrap(kek, Convert.FromHexString(wrapped)));
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        var kek = Convert.FromHexString(Kek);
        var wrapped = AesKeyWrap.Wrap(kek, Convert.FromHexString(Data));
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var altered = (byte[])wrapped.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(AesKeyWrap.Unwrap(kek, altered));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(23)]
    [InlineData(25)]
    [InlineData(5000)]
    public void Impossible_wrapped_length_is_refused(int length) =>
        Assert.Null(AesKeyWrap.Unwrap(new byte[16], new byte[length]));

    [Theory]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(4104)]
    public void Key_length_outside_the_rfc_is_refused(int length) =>
        Assert.Throws<JoseException>(() => AesKeyWrap.Wrap(new byte[16], new byte[length]));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(33)]
    public void Kek_without_an_aes_size_is_refused(int length)
    {
        Assert.Throws<JoseException>(() => AesKeyWrap.Wrap(new byte[length], new byte[16]));
        Assert.Throws<JoseException>(() => AesKeyWrap.Unwrap(new byte[length], new byte[24]));
    }

    private static string DataFor(int bytes) => Data[..(bytes * 2)];
}
