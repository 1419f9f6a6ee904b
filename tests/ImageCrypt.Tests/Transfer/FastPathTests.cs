using System.Security.Cryptography;
using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Layers;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>What the stages on their threads make of an image, against a reference that does one thing after the other.</summary>
public sealed class FastPathTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory, InlineData(1), InlineData(2), InlineData(8)]
    public Task Every_length_around_a_boundary_agrees_with_the_reference(int parallelism) => AgreesAsync(RawLayers.Boundaries, parallelism);

    [Theory, InlineData(1), InlineData(8)]
    public Task Random_lengths_agree_with_the_reference(int parallelism) => AgreesAsync(RawLayers.Random(24), parallelism);

    private async Task AgreesAsync(int[] lengths, int parallelism)
    {
        var plain = RawLayers.Write(_bench, lengths);
        using var recipients = await Workbench.Recipients(_bench.PublicKey);
        using var keys = await Workbench.Keys(_bench.PrivateKey);

        var encrypted = await _bench.RunAsync("raw:1", "enc:1", new EncryptTransform(recipients), parallelism: parallelism);
        var decrypted = await _bench.RunAsync("enc:1", "dec:1", new DecryptTransform(keys, strict: true), parallelism: parallelism);

        for (var i = 0; i < plain.Count; i++)
        {
            var layer = encrypted.Layers[i].After;
            using var opened = await keys.OpenAsync(layer, CancellationToken.None);
            var ciphertext = SlowCipher.Apply(opened.Key.Key, opened.Key.Nonce, plain[i]);
            Assert.Equal(ciphertext, _bench.Blob("enc", layer.Digest));
            Assert.Equal(Digest.Of(ciphertext), layer.Digest);
            Assert.Equal(Digest.Of(plain[i]), opened.Key.PlainDigest);
            Assert.Equal(HMACSHA256.HashData(opened.Key.Key, ciphertext), opened.Options.Mac.ToArray());
            Assert.Equal(plain[i], _bench.Blob("dec", decrypted.Layers[i].After.Digest));
        }
        Assert.Equal(decrypted.Before.Digest, encrypted.Root.Digest);
        Assert.Empty(_bench.Warnings);
    }
}
