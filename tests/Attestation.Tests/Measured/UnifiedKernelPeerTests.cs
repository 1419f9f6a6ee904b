using System.Text.Json.Nodes;
using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Systemd;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Measured;

/// <summary>Unified kernel images held against systemd-measure, programs against pesign and sbsign.</summary>
public sealed class UnifiedKernelPeerTests : IDisposable
{
    private static readonly string[] Banks = ["sha1", "sha256", "sha384", "sha512"];

    private readonly EfiFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task An_image_has_the_values_that_systemd_measure_computes_of_its_parts()
    {
        (string Section, string Option, byte[] Content)[] parts =
        [
            (".osrel", "--osrel", "ID=test\n"u8.ToArray()), (".initrd", "--initrd", new byte[70_001]), (".cmdline", "--cmdline", "quiet ü \n"u8.ToArray()),
            (".dtb", "--dtb", [1, 2, 3]), (".splash", "--splash", "BM"u8.ToArray()), (".pcrpkey", "--pcrpkey", "KEY"u8.ToArray()), (".linux", "--linux", await File.ReadAllBytesAsync(EfiFiles.Stub, TestContext.Current.CancellationToken)),
        ];
        var written = parts.Select(p => (p.Section, p.Option, File: _files.Folder.Write(p.Section, p.Content))).ToList();
        var image = await _files.ImageAsync([.. written.Select(w => (w.Section, w.File)), (".pcrsig", _files.Folder.Write("sig", "{}"))]);
        var expected = JsonNode.Parse((await Tool.RunAsync(
            EfiFiles.SystemdMeasure, [.. (string[])["calculate", "--json=short"], .. Banks.Select(b => $"--bank={b}"), .. written.Select(w => $"{w.Option}={w.File}")])).ShouldSucceed().Output)!;

        var boot = new MeasuredBoot(Banks);
        await using var file = File.OpenRead(image);
        Assert.Equal(252, UnifiedKernel.Measure(boot, "uki", file, new UnifiedKernelSettings(), TestContext.Current.CancellationToken));
        ShouldBe(expected, boot);

        var streams = written.ToDictionary(w => w.Section, w => (Stream)File.OpenRead(w.File));
        var apart = new MeasuredBoot(Banks);
        UnifiedKernel.Measure(apart, streams, new UnifiedKernelSettings { StubVersion = 252, InnerKernel = false }, TestContext.Current.CancellationToken);
        foreach (var stream in streams.Values) await stream.DisposeAsync();
        ShouldBe(expected, apart);
        Assert.Equal([4], apart.Unknown.Keys);

        var programs = boot.Events.Where(e => e.Register == 4).ToList();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(await EfiFiles.HashAsync(image, Banks[i]), Convert.ToHexStringLower(programs[0].Digests[i].Span));
            Assert.Equal(await EfiFiles.HashAsync(written[^1].File, Banks[i]), Convert.ToHexStringLower(programs[1].Digests[i].Span));
        }
    }

    [Fact]
    public async Task Real_programs_have_the_hash_that_pesign_computes_before_and_after_they_are_signed()
    {
        var (key, certificate, signed) = (_files.Folder.Combine("key"), _files.Folder.Combine("cert"), _files.Folder.Combine("signed"));
        (await Peers.RunAsync("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=test", "-days", "30")).ShouldSucceed();
        (await Peers.RunAsync("sbsign", "--key", key, "--cert", certificate, "--output", signed, EfiFiles.Stub)).ShouldSucceed();
        var hashes = new List<string>();
        foreach (var program in (string[])[EfiFiles.Stub, signed])
        {
            var boot = new MeasuredBoot(["sha1", "sha256"]);
            await using var file = File.OpenRead(program);
            Firmware.Load(boot, "program", file, TestContext.Current.CancellationToken);
            Assert.Equal(await EfiFiles.HashAsync(program, "sha1"), Convert.ToHexStringLower(boot.Events[0].Digests[0].Span));
            Assert.Equal(await EfiFiles.HashAsync(program, "sha256"), Convert.ToHexStringLower(boot.Events[0].Digests[1].Span));
            hashes.Add(Convert.ToHexStringLower(boot.Events[0].Digests[1].Span));
        }
        // What is signed is what is hashed.
        var message = (await Peers.RunAsync("sbverify", "--cert", certificate, signed)).ShouldSucceed();
        Assert.Contains("OK", message.Output + message.Error, StringComparison.Ordinal);
        Assert.Contains(hashes[1], Convert.ToHexStringLower(await File.ReadAllBytesAsync(signed, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    private static void ShouldBe(JsonNode expected, MeasuredBoot boot)
    {
        foreach (var bank in Banks)
        {
            foreach (var value in expected[bank]!.AsArray())
            {
                var fork = boot.Fork();
                BootPhases.Measure(fork, (string)value!["phase"]!);
                Assert.Equal((string)value["hash"]!, Convert.ToHexStringLower(fork.Value(bank, 11).Span));
            }
            Assert.Equal(BootPhases.Usual, expected[bank]!.AsArray().Select(v => (string)v!["phase"]!));
        }
    }
}
