using System.Text.Json.Nodes;
using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Compared;

/// <summary>What becomes of images when they are encrypted.</summary>
public sealed class EncryptingTests(Bench bench) : Comparison(bench)
{
    [Fact]
    public async Task Layer_that_is_encrypted_already_is_passed_over_there_and_named_here()
    {
        await EncryptedForAsync(RecipientNames.P256);
        var second = await KeyAsync(RecipientNames.P384);

        (await SkopeoEncryptsAsync(Encrypted, second, $"oci:{Work.Combine("theirs")}:1")).ShouldSucceed();
        Assert.Equal(LayoutReader.Manifest(Folder).ToArray(), LayoutReader.Manifest(Work.Combine("theirs")).ToArray()); // the second recipient is not in it

        var ours = (await Product.EncryptAsync(Encrypted, $"oci:{Work.Combine("ours")}:1", second)).ShouldExit(1);
        Assert.Contains("encrypted already", ours.Error, StringComparison.Ordinal);
        Assert.Contains("coffer rewrap", ours.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Docker_media_types_in_an_oci_manifest_stay_there_and_become_oci_types_here()
    {
        const string Docker = "application/vnd.docker.image.rootfs.diff.tar.gzip";
        var mixed = Work.Combine("mixed");
        new ImageLayout(mixed).Image("1");
        AlteredLayout.Layers(mixed, layer => layer["mediaType"] = Docker);
        var recipient = await KeyAsync(RecipientNames.P256);

        (await SkopeoEncryptsAsync($"oci:{mixed}:1", recipient, $"oci:{Work.Combine("theirs")}:1")).ShouldSucceed();
        (await Product.EncryptAsync($"oci:{mixed}:1", Encrypted, recipient)).ShouldSucceed();

        Assert.Equal([Docker + "+encrypted"], LayoutReader.Layers(Work.Combine("theirs")).Select(l => l.MediaType));
        Assert.Equal(["application/vnd.oci.image.layer.v1.tar+gzip+encrypted"], LayoutReader.Layers(Folder).Select(l => l.MediaType));
    }

    [Fact]
    public async Task Identical_layers_are_encrypted_each_for_itself_there_and_once_here()
    {
        var twice = Work.Combine("twice");
        new ImageLayout(twice).Image("1");
        AlteredLayout.Manifest(twice, manifest => manifest["layers"]!.AsArray().Add(manifest["layers"]![0]!.DeepClone()));
        var recipient = await KeyAsync(RecipientNames.P256);

        (await SkopeoEncryptsAsync($"oci:{twice}:1", recipient, $"oci:{Work.Combine("theirs")}:1")).ShouldSucceed();
        (await Product.EncryptAsync($"oci:{twice}:1", Encrypted, recipient)).ShouldSucceed();

        Assert.Equal(2, LayoutReader.Layers(Work.Combine("theirs")).Select(l => l.Digest).Distinct().Count());
        Assert.Single(LayoutReader.Layers(Folder).Select(l => l.Digest).Distinct());
        Assert.Equal(2, LayoutReader.Layers(Folder).Count);
    }

    // Encrypting, skopeo compresses a plain layer and records the digest that it had before.
    [Fact]
    public async Task Digest_recorded_of_the_plaintext_is_not_checked_there_and_is_here()
    {
        var recipient = await KeyAsync(RecipientNames.P256);
        (await Peers.RunAsync("skopeo", "--insecure-policy", "copy", "-q", "--encryption-key", recipient.Encrypt[0], Original(LayerCompression.None), Encrypted)).ShouldSucceed();

        Assert.Empty((await SkopeoOpensAsync(recipient)).ShouldSucceed().Error);
        Assert.Contains("its writer recorded", (await ProductOpensAsync(recipient)).ShouldSucceed().Error, StringComparison.Ordinal);
        (await Product.RunAsync(recipient, "decrypt", "--quiet", "--strict", "-d", recipient.Decrypt[0], Encrypted, $"oci:{Work.Combine("strict")}:1")).ShouldExit(4);
    }

    // RFC 7516 forbids the member beside recipients, and strict readers refuse it.
    [Fact]
    public async Task Redundant_member_of_a_JWE_for_several_is_written_there_and_only_read_here()
    {
        var recipient = await KeyAsync(RecipientNames.TwoJwe);
        (await Product.EncryptAsync(Original(), Encrypted, recipient)).ShouldSucceed();
        Assert.Equal((2, false), Members(Folder));

        Directory.Delete(Folder, recursive: true);
        (await SkopeoEncryptsAsync(Original(), recipient, Encrypted)).ShouldSucceed();
        Assert.Equal((2, true), Members(Folder));
        (await ProductOpensAsync(recipient)).ShouldSucceed();
        ShouldBeTheOriginal("ours");
    }

    private static (int Recipients, bool Redundant) Members(string folder)
    {
        var layer = JsonNode.Parse(LayoutReader.Manifest(folder).Span)!["layers"]![0]!;
        var packet = layer["annotations"]!["org.opencontainers.image.enc.keys.jwe"]!.GetValue<string>();
        var jwe = JsonNode.Parse(Convert.FromBase64String(packet))!.AsObject();
        return (jwe["recipients"]!.AsArray().Count, jwe.ContainsKey("encrypted_key"));
    }
}
