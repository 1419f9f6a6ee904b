using System.Text.Json.Nodes;
using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Compared;

/// <summary>Images that somebody altered who holds no key.</summary>
public sealed class AlteredImageTests(Bench bench) : Comparison(bench)
{
    [Fact]
    public async Task Nonce_in_the_public_options_gives_garbage_there_and_is_refused_here()
    {
        var recipient = await EncryptedForAsync(RecipientNames.P256);
        AlteredLayout.Options(Folder, options => options["cipheroptions"]!["nonce"] = Convert.ToBase64String(new byte[16]));

        (await SkopeoOpensAsync(recipient)).ShouldSucceed();
        Assert.Empty(LayoutReader.Layers(OriginalFolder).Select(l => l.Digest).Intersect(LayoutReader.Layers(Work.Combine("theirs")).Select(l => l.Digest)));

        Assert.Contains("carry a nonce", (await ProductOpensAsync(recipient)).ShouldExit(4).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nonce_of_a_wrong_length_crashes_there_and_is_refused_here()
    {
        var recipient = await EncryptedForAsync(RecipientNames.P256);
        AlteredLayout.Options(Folder, options => options["cipheroptions"]!["nonce"] = Convert.ToBase64String(new byte[5]));

        Assert.Contains("panic: ", (await SkopeoOpensAsync(recipient)).Error, StringComparison.Ordinal);
        Assert.Contains("carry a nonce", (await ProductOpensAsync(recipient)).ShouldExit(4).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mac_that_would_have_been_right_is_printed_there_and_not_here()
    {
        var recipient = await EncryptedForAsync(RecipientNames.P256);
        var right = new List<byte[]>();
        AlteredLayout.Options(Folder, options =>
        {
            right.Add(Convert.FromBase64String(options["hmac"]!.GetValue<string>()));
            options["hmac"] = Convert.ToBase64String(new byte[32]);
        });

        Assert.Contains("actual hmac", (await SkopeoOpensAsync(recipient)).ShouldExit(1).Error, StringComparison.Ordinal);
        var ours = (await ProductOpensAsync(recipient)).ShouldExit(4);
        Assert.Contains("fails its MAC", ours.Error, StringComparison.Ordinal);
        Assert.All(right, mac =>
        {
            Assert.DoesNotContain(Convert.ToHexString(mac)[..16], ours.Error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(mac)[..12], ours.Error, StringComparison.Ordinal);
        });
    }

    // Whoever has the public key can make a layer that opens; only the config says which layer belongs there.
    [Fact]
    public async Task Layer_put_in_by_a_stranger_goes_unnoticed_there_and_fails_its_diff_id_here()
    {
        var recipient = await EncryptedForAsync(RecipientNames.P256);
        var other = Work.Combine("other");
        new ImageLayout(Work.Combine("strange"), seed: 99).Image("1", 5000);
        (await Product.EncryptAsync($"oci:{Work.Combine("strange")}:1", $"oci:{other}:1", recipient)).ShouldSucceed();
        var strange = JsonNode.Parse(LayoutReader.Manifest(other).Span)!["layers"]![0]!;
        foreach (var blob in Directory.GetFiles(Path.Combine(other, "blobs", "sha256")))
            File.Copy(blob, Path.Combine(Folder, "blobs", "sha256", Path.GetFileName(blob)), overwrite: true);
        AlteredLayout.Manifest(Folder, manifest => manifest["layers"]![0] = strange.DeepClone());

        (await SkopeoOpensAsync(recipient)).ShouldSucceed();
        (await ProductOpensAsync(recipient)).ShouldExit(4);
        (await Product.RunAsync(recipient, "verify", "--quiet", "-d", recipient.Decrypt[0], Encrypted)).ShouldExit(4);
    }
}
