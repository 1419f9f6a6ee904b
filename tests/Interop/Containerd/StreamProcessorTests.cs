using System.Security.Cryptography;
using Coffer.Interop.Compared;
using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Containerd;

/// <summary>containerd's contract with its stream processors, kept by a parent process that does what containerd does.</summary>
public sealed class StreamProcessorTests(Bench bench) : IDisposable
{
    private const int HeldBack = 1024 * 1024;

    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(RecipientNames.Rsa2048)]
    [InlineData(RecipientNames.P521)]
    [InlineData(RecipientNames.Pkcs7)]
    [InlineData(RecipientNames.PgpRsa)]
    [InlineData(RecipientNames.Pkcs11)]
    [InlineData(RecipientNames.Provider)]
    [InlineData(RecipientNames.JweAndPkcs7)]
    public async Task Every_scheme_is_opened_by_the_nodes_own_keys(string name)
    {
        var recipient = await bench.Keys.GetAsync(name);
        var (original, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.Gzip);

        var ran = await new ProcessorCall(_work, layer, descriptor) { Arguments = KeyFolder(recipient), Environment = recipient.Environment }.RunAsync();

        ShouldBe(original, ran);
    }

    [Theory]
    [InlineData(LayerCompression.None, 0)]
    [InlineData(LayerCompression.Zstd, 50_000)]
    [InlineData(LayerCompression.Gzip, 4_000_000)]
    public async Task Layers_of_every_form_and_length_come_out_as_they_were(LayerCompression compression, int bytes)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var (original, layer, descriptor) = await EncryptAsync(recipient, compression, bytes);

        var ran = await new ProcessorCall(_work, layer, descriptor) { Arguments = KeyFolder(recipient) }.RunAsync();

        ShouldBe(original, ran);
    }

    [Fact]
    public async Task Key_and_password_of_the_payload_are_used()
    {
        var (original, layer, descriptor) = await EncryptAsync(await bench.Keys.GetAsync(RecipientNames.Rsa2048), LayerCompression.Gzip);
        using var key = RSA.Create();
        key.ImportFromPem(await File.ReadAllTextAsync((await bench.Keys.GetAsync(RecipientNames.Rsa2048)).Decrypt[0]));
        var locked = key.ExportEncryptedPkcs8PrivateKeyPem("sesame", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        var call = new ProcessorCall(_work, layer, descriptor)
        {
            Parameters = new() { ["privkeys"] = ["not a key"u8.ToArray(), System.Text.Encoding.UTF8.GetBytes(locked)], ["privkeys-passwords"] = [[], "sesame"u8.ToArray()] },
        };

        var ran = await call.RunAsync();

        ShouldBe(original, ran);
    }

    [Fact]
    public async Task Keys_behind_links_are_found_and_strays_close_nothing()
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var (original, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.Gzip);
        // As Kubernetes mounts a secret.
        _work.Write("keys/..2026_01_01/node.pem", await File.ReadAllBytesAsync(recipient.Decrypt[0]));
        Directory.CreateSymbolicLink(_work.Combine("keys", "..data"), "..2026_01_01");
        File.CreateSymbolicLink(_work.Combine("keys", "node.pem"), "..data/node.pem");
        File.CreateSymbolicLink(_work.Combine("keys", "gone.pem"), "..data/gone.pem");
        _work.Write("keys/README", "What lies here?");
        (await Tool.RunAsync("/usr/bin/mkfifo", _work.Combine("keys", "fifo"))).ShouldSucceed();
        var call = new ProcessorCall(_work, layer, descriptor) { Arguments = ["--decryption-keys-path", _work.Combine("keys")] };

        ShouldBe(original, await call.RunAsync());

        File.Delete(_work.Combine("keys", "node.pem"));
        var refused = (await call.RunAsync()).ShouldExit(3);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
        foreach (var said in new[] { "no private key was given", "README' is not a key that is read", "gone.pem' leads nowhere", "fifo' is empty or no file", "--decryption-keys-path" })
            Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("last")]
    [InlineData("cut")]
    [InlineData("longer")]
    [InlineData("mac")]
    public async Task Altered_layers_fail_and_never_show_their_end(string alteration)
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var (original, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.None, 4_000_000, alteration == "mac" ? new byte[32] : null);
        var altered = layer.Blob.ToArray();
        if (alteration is "first" or "last") altered[alteration == "first" ? 0 : ^1] ^= 1;
        byte[] sent = alteration switch { "cut" => altered[..^1], "longer" => [.. altered, 0], _ => altered };

        var ran = (await new ProcessorCall(_work, layer, descriptor) { Arguments = KeyFolder(recipient) }.RunAsync(sent)).ShouldExit(4);

        Assert.Single(ran.Error.TrimEnd().Split('\n'));
        Assert.InRange(ran.OutputBytes.Length, 1, original.Blob.Length - HeldBack);
        Assert.True(original.Blob.Span[1..ran.OutputBytes.Length].SequenceEqual(ran.OutputBytes.Span[1..]));
    }

    [Fact]
    public async Task Of_a_short_layer_nothing_leaves_before_its_mac_was_checked()
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var (_, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.Gzip, 500_000, new byte[32]);

        var ran = (await new ProcessorCall(_work, layer, descriptor) { Arguments = KeyFolder(recipient) }.RunAsync()).ShouldExit(4);

        Assert.Contains("fails its MAC", ran.Error, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
    }

    [Fact]
    public async Task Without_a_payload_the_way_to_one_is_named()
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var (_, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.Gzip);
        var call = new ProcessorCall(_work, layer, descriptor) { Arguments = KeyFolder(recipient) };

        var none = (await call.RunAsync(null, layer.Blob)).ShouldExit(1);
        var empty = (await call.RunAsync([], layer.Blob)).ShouldExit(1);
        var other = (await call.RunAsync(call.Payload("types.example/Other"), layer.Blob)).ShouldExit(1);
        var garbage = (await call.RunAsync([1, 2, 3], layer.Blob)).ShouldExit(1);
        var large = (await call.RunAsync(new byte[9 * 1024 * 1024], layer.Blob)).ShouldExit(1);

        Assert.Contains("no payload on file descriptor 3", none.Error, StringComparison.Ordinal);
        Assert.All([none, empty], r => Assert.Contains("use_local_image_pull = true", r.Error, StringComparison.Ordinal));
        Assert.Contains("types.example/Other", other.Error, StringComparison.Ordinal);
        Assert.Contains("not a protobuf Any", garbage.Error, StringComparison.Ordinal);
        Assert.Contains("the most that is read is", large.Error, StringComparison.Ordinal);
        Assert.All([none, empty, other, garbage, large], r => Assert.Single(r.Error.TrimEnd().Split('\n')));
    }

    [Fact]
    public async Task Provider_that_the_node_does_not_know_is_named()
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.Provider);
        var (_, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.Gzip);

        var unset = (await new ProcessorCall(_work, layer, descriptor) { Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = null } }.RunAsync()).ShouldExit(3);
        var other = _work.Write("other.json", """{"key-providers":{"other":{"cmd":{"path":"/bin/false"}}}}""");
        var unknown = (await new ProcessorCall(_work, layer, descriptor) { Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = other } }.RunAsync()).ShouldExit(3);

        Assert.Contains("OCICRYPT_KEYPROVIDER_CONFIG is not set", unset.Error, StringComparison.Ordinal);
        Assert.Contains("key provider 'shop' is not in", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_named_ctd_decoder_is_the_verb()
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var (original, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.Gzip);
        var link = _work.Combine("ctd-decoder");
        File.CreateSymbolicLink(link, CofferBinary.Require());

        var ran = await new ProcessorCall(_work, layer, descriptor) { Program = [link], Arguments = KeyFolder(recipient) }.RunAsync();

        ShouldBe(original, ran);
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_layer()
    {
        var recipient = await bench.Keys.GetAsync(RecipientNames.P256);
        var (original, layer, descriptor) = await EncryptAsync(recipient, LayerCompression.None, 48_000_000);
        // A managed heap of 16 MiB, a third of the layer; more ends the process.
        var call = new ProcessorCall(_work, layer, descriptor) { Arguments = KeyFolder(recipient), Environment = new Dictionary<string, string?> { ["DOTNET_GCHeapHardLimit"] = "0x1000000" } };

        var ran = await call.RunAsync();

        ShouldBe(original, ran);
    }

    private async Task<(Layer Original, Layer Encrypted, string Descriptor)> EncryptAsync(Recipient recipient, LayerCompression compression, int bytes = 20_000, byte[]? mac = null)
    {
        new ImageLayout(_work.Combine("image")).Image("1", bytes, layers: compression);
        var folder = _work.Combine("encrypted");
        (await Product.EncryptAsync($"oci:{_work.Combine("image")}:1", $"oci:{folder}:1", recipient)).ShouldSucceed();
        if (mac is not null) AlteredLayout.Options(folder, options => options["hmac"] = Convert.ToBase64String(mac));
        var (layer, descriptor) = ProcessorCall.First(folder);
        return (LayoutReader.Layers(_work.Combine("image"))[0], layer, descriptor);
    }

    private static void ShouldBe(Layer original, ToolResult ran) => Assert.True(original.Blob.Span.SequenceEqual(ran.ShouldSucceed().OutputBytes.Span));

    private string[] KeyFolder(Recipient recipient)
    {
        foreach (var key in recipient.Decrypt.Where(File.Exists)) _work.Write($"node/{Path.GetFileName(key)}", File.ReadAllBytes(key));
        return ["--decryption-keys-path", _work.Combine("node")];
    }
}
