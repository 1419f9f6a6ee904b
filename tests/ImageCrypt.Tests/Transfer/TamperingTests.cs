using System.Text;
using Coffer.ImageCrypt.Decrypt;
using Coffer.ImageCrypt.Encrypt;
using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>What somebody who can write the registry can do, and that none of it comes out as an image.</summary>
public sealed class TamperingTests : IDisposable
{
    private readonly Workbench _bench = new();

    public TamperingTests() => _bench.Layout.Image("1", layers: [LayerCompression.Gzip, LayerCompression.Gzip]);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Flipped_ciphertext_bit_fails_the_MAC_and_leaves_nothing() =>
        await RefusedAsync((descriptor, bytes) =>
        {
            bytes[100] ^= 1;
            return (descriptor, bytes);
        });

    [Fact]
    public async Task Truncated_ciphertext_fails_the_MAC_and_leaves_nothing() =>
        await RefusedAsync((descriptor, bytes) => (descriptor, bytes[..^1]));

    [Fact]
    public async Task Swapped_MAC_leaves_nothing() => await RefusedAsync((descriptor, bytes) =>
        (descriptor.WithAnnotation(EncAnnotations.PublicOptions, PublicOptions.Write(new byte[32])), bytes));

    [Fact]
    public async Task Public_nonce_is_refused() => await RefusedAsync((descriptor, bytes) =>
    {
        var json = Encoding.UTF8.GetString(Convert.FromBase64String(descriptor.Annotations[EncAnnotations.PublicOptions]));
        var forged = json.Replace("\"cipheroptions\":{}", $"\"cipheroptions\":{{\"nonce\":\"{Convert.ToBase64String(new byte[16])}\"}}", StringComparison.Ordinal);
        return (descriptor.WithAnnotation(EncAnnotations.PublicOptions, Convert.ToBase64String(Encoding.UTF8.GetBytes(forged))), bytes);
    });

    [Theory]
    [InlineData("%%%")]
    [InlineData("e30=")]
    [InlineData("bm90IGpzb24=")]
    [InlineData(",,,")]
    public async Task Damaged_recipient_packet_is_refused(string packet) => await RefusedAsync((descriptor, bytes) =>
        (descriptor.WithAnnotation(EncAnnotations.Jwe, packet), bytes), packet == ",,," ? ExitStatus.NoUsableKey : ExitStatus.Integrity);

    [Fact]
    public async Task Damaged_packet_of_somebody_else_does_not_lock_the_image()
    {
        await _bench.EncryptAsync("in:1", "enc:1");
        await _bench.ForgeAsync("enc:1", "forged", (d, bytes) => (d.WithAnnotation(EncAnnotations.Jwe, "%%%," + d.Annotations[EncAnnotations.Jwe]), bytes));

        await _bench.DecryptAsync("forged:1", "dec:1", strict: true);
    }

    [Fact]
    public async Task Layer_with_far_too_many_packets_is_refused() => await RefusedAsync((descriptor, bytes) =>
        (descriptor.WithAnnotation(EncAnnotations.Jwe, string.Join(',', Enumerable.Repeat("e30=", EncryptedLayer.MostPackets + 1))), bytes));

    [Fact]
    public async Task Layers_in_another_order_fail_their_diff_IDs()
    {
        await _bench.EncryptAsync("in:1", "enc:1");
        var manifest = await _bench.ManifestAsync("enc:1");
        var layout = new ImageLayout(_bench.Path("swapped"));
        foreach (var blob in manifest.Layers.Append(manifest.Config)) layout.Put(_bench.Blob("enc", blob.Digest));
        layout.Tag("1", manifest.MediaType, layout.Put(manifest.With([manifest.Layers[1], manifest.Layers[0]]).Content.Bytes.ToArray()), "");

        await _bench.DecryptAsync("swapped:1", "unchecked:1");
        var error = await Assert.ThrowsAsync<IntegrityException>(() => _bench.DecryptAsync("swapped:1", "dec:1", diffIds: true));

        Assert.Contains("image config says", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_bench.Path("dec")));
    }

    [Fact]
    public async Task Added_layer_fails_the_count_of_diff_IDs()
    {
        await _bench.EncryptAsync("in:1", "enc:1");
        var manifest = await _bench.ManifestAsync("enc:1");
        var layout = new ImageLayout(_bench.Path("added"));
        foreach (var blob in manifest.Layers.Append(manifest.Config)) layout.Put(_bench.Blob("enc", blob.Digest));
        layout.Tag("1", manifest.MediaType, layout.Put(manifest.With([.. manifest.Layers, manifest.Layers[0]]).Content.Bytes.ToArray()), "");

        var error = await Assert.ThrowsAsync<IntegrityException>(() => _bench.DecryptAsync("added:1", "dec:1", diffIds: true));

        Assert.Contains("3 layers", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plaintext_that_its_writer_recorded_otherwise_is_a_warning_or_strictly_refused(bool strict)
    {
        await using var source = new RecordingOtherDigest(await Coffer.Registry.ImageLocation.Parse($"oci:{_bench.Path("in")}:1").OpenSourceAsync(new Coffer.Registry.RegistryOptions(), CancellationToken.None));
        using var recipients = await Workbench.Recipients(_bench.PublicKey);
        await _bench.RunAsync("in:1", "enc:1", new EncryptTransform(recipients), InstanceSelection.Here, _ => source);

        if (strict)
        {
            await Assert.ThrowsAsync<IntegrityException>(() => _bench.DecryptAsync("enc:1", "dec:1", strict: true));
            Assert.False(Directory.Exists(_bench.Path("dec")));
        }
        else
        {
            await _bench.DecryptAsync("enc:1", "dec:1");
            Assert.Contains("its writer recorded", _bench.Warnings[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Upload_cut_short_is_begun_again_under_a_new_key()
    {
        var flaky = new List<CutOnce>();
        using var recipients = await Workbench.Recipients(_bench.PublicKey);

        var result = await _bench.RunAsync("in:1", "enc:1", new EncryptTransform(recipients), InstanceSelection.Here, s =>
        {
            flaky.Add(new CutOnce(s));
            return flaky[0];
        });
        var decrypted = await _bench.DecryptAsync("enc:1", "dec:1", strict: true, diffIds: true);

        Assert.Equal(result.Before.Digest, decrypted.Root.Digest);
        Assert.Equal(result.Layers.Count + 1, flaky[0].Cuts);
        Assert.Contains(_bench.Warnings, w => w.Contains("trying again", StringComparison.Ordinal));
    }

    private async Task RefusedAsync(Func<Descriptor, byte[], (Descriptor, byte[])> forge, ExitStatus status = ExitStatus.Integrity)
    {
        await _bench.EncryptAsync("in:1", "enc:1");
        await _bench.ForgeAsync("enc:1", "forged", forge);

        var error = await Assert.ThrowsAnyAsync<CofferException>(() => _bench.DecryptAsync("forged:1", "dec:1"));

        Assert.Equal(status, error.ExitStatus);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(Directory.Exists(_bench.Path("dec")));
    }
}
