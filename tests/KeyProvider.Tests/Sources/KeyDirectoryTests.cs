using System.Buffers.Text;
using Coffer.KeyProvider.Memory;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources.Local;

namespace Coffer.KeyProvider.Tests.Sources;

/// <summary>Which directories and files are taken, and what is said of the others.</summary>
public sealed class KeyDirectoryTests : IDisposable
{
    private const UnixFileMode All = (UnixFileMode)511;

    private static readonly byte[] Options = "{\"symkey\":1}"u8.ToArray();
    private static readonly byte[] Key = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Raw_base64_and_jwk_of_one_key_open_each_others_packets()
    {
        _folder.Add("raw.1.key", Key);
        _folder.Add("b64.1.key", Convert.ToBase64String(Key) + "\n");
        _folder.Add("url.1.key", Base64Url.EncodeToString(Key));
        _folder.Add("jwk.1.jwk", $$"""{"kty":"oct","k":"{{Base64Url.EncodeToString(Key)}}"}""");
        await using var source = _folder.Open();
        foreach (var id in new[] { "raw", "b64", "url", "jwk" })
        {
            var packet = await source.WrapAsync(new KeySelection(id), Options, default);
            Assert.Equal($"coffer-local:///{id}/1", packet.KeyId);
            Assert.Equal(Options, PacketCipher.Open(packet, Key));
        }
    }

    [Fact]
    public async Task Newest_version_wraps_and_old_ones_still_unwrap()
    {
        var first = _folder.AddRaw("team-a.9.key");
        await using var before = _folder.Open();
        var old = await before.WrapAsync(new KeySelection(), Options, default);
        _folder.AddRaw("team-a.10.key");
        await using var after = _folder.Open();

        Assert.Equal("coffer-local:///team-a/10", (await after.WrapAsync(new KeySelection("team-a"), Options, default)).KeyId);
        Assert.Equal("coffer-local:///team-a/9", (await after.WrapAsync(new KeySelection("coffer-local:///team-a/9"), Options, default)).KeyId);
        Assert.Equal(Options, await after.UnwrapAsync(old, default));
        Assert.Equal(Options, PacketCipher.Open(old, first));
    }

    [Fact]
    public async Task Foreign_kid_opens_packets_made_elsewhere_and_names_those_made_here()
    {
        _folder.Add("image.1.jwk", $$"""{"kty":"oct","kid":"kbs:///default/key/1","k":"{{Base64Url.EncodeToString(Key)}}"}""");
        await using var source = _folder.Open();
        var made = PacketCipher.Seal("kbs:///default/key/1", Key, Options);

        Assert.True(source.Knows(made));
        Assert.Equal(Options, await source.UnwrapAsync(made, default));
        Assert.Equal("kbs:///default/key/1", (await source.WrapAsync(new KeySelection("kbs:///default/key/1"), Options, default)).KeyId);
        Assert.False(source.Knows(made with { KeyId = "kbs:///default/key/2" }));
    }

    [Theory]
    [InlineData("0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c.1.key", null)]
    [InlineData("secl.4.jwk", "0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c")]
    public async Task Secl_packet_opens_under_the_key_of_its_uuid(string file, string? kid)
    {
        if (kid is null) _folder.Add(file, Key);
        else _folder.Add(file, $$"""{"kty":"oct","kid":"{{kid}}","k":"{{Base64Url.EncodeToString(Key)}}"}""");
        _folder.AddRaw("0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c.7.key"); // a newer version, which must not get in the way
        await using var source = _folder.Open();
        var packet = PacketCipher.Seal("https://kbs.example:9443/kbs/v1/keys/0F8E2F6C-1111-4a7b-8c1d-2a1f2f3a4b5c/transfer", Key, Options) with { Family = PacketFamily.Secl };

        Assert.True(source.Knows(packet));
        Assert.Equal(Options, await source.UnwrapAsync(packet, default));
        Assert.False(source.Knows(packet with { Family = PacketFamily.CocoV1 }));
        Assert.False(source.Knows(packet with { KeyId = "https://kbs.example/keys/00000000-1111-4a7b-8c1d-2a1f2f3a4b5c/transfer" }));
    }

    [Fact]
    public async Task Default_key_is_the_configured_one_or_the_only_one()
    {
        await using (var empty = _folder.Open()) Assert.Contains("holds no key", (await FailsAsync(empty, new KeySelection())).Message, StringComparison.Ordinal);
        _folder.AddRaw("team-b.1.key");
        await using (var one = _folder.Open()) Assert.Equal("coffer-local:///team-b/1", (await one.WrapAsync(new KeySelection(), Options, default)).KeyId);
        _folder.AddRaw("team-a.1.key");
        await using (var two = _folder.Open())
        {
            var failure = await FailsAsync(two, new KeySelection());
            Assert.Equal(FailureReason.UnknownKey, failure.Reason);
            Assert.Contains("team-a, team-b", failure.Message, StringComparison.Ordinal);
        }
        await using (var named = _folder.Open("team-b")) Assert.Equal("coffer-local:///team-b/1", (await named.WrapAsync(new KeySelection(), Options, default)).KeyId);
        Assert.Contains("team-z", Assert.Throws<KeyProviderException>(() => _folder.Open("team-z")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_problem_of_a_directory_is_said_at_once()
    {
        _folder.Add("short.1.key", Key.AsSpan(1));
        _folder.Add("open.1.key", Key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        _folder.Add("grouped.1.key", Key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        _folder.Add("noversion.key", Key);
        _folder.Add("zero.0.key", Key);
        _folder.Add("leading.01.key", Key);
        _folder.Add("rsa.1.jwk", """{"kty":"RSA"}""");
        _folder.Add("plain.1.jwk", Key);
        _folder.Add("hex.1.key", Convert.ToHexString(Key));
        _folder.Add("large.1.key", new byte[KeyFileContent.MostBytes + 1]);
        _folder.Add("empty.1.key", " \n");
        _folder.Add("twice.1.key", Key);
        _folder.Add("twice.1.jwk", $$"""{"kty":"oct","kid":"k","k":"{{Base64Url.EncodeToString(Key)}}"}""");
        _folder.Add("same.1.jwk", $$"""{"kty":"oct","kid":"k","k":"{{Base64Url.EncodeToString(Key)}}"}""");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "folder.1.key"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "outside.1.key"), "/etc/hostname");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "nowhere.1.key"), "missing");
        _folder.Add("README", "no key file");
        _folder.Add(".hidden.1.key", "no key file");
        _folder.AddRaw("good.1.key");

        var problems = Assert.Throws<BrokenKeyDirectoryException>(() => _folder.Open()).Problems;

        foreach (var file in new[] { "short.1.key", "open.1.key", "grouped.1.key", "noversion.key", "zero.0.key", "leading.01.key", "rsa.1.jwk", "plain.1.jwk", "hex.1.key", "large.1.key", "empty.1.key", "folder.1.key", "outside.1.key", "nowhere.1.key" })
        {
            Assert.Single(problems, p => p.StartsWith(Path.Combine(_folder.Path, file) + " ", StringComparison.Ordinal));
        }
        Assert.Single(problems, p => p.Contains("twice/1 twice", StringComparison.Ordinal));
        Assert.Single(problems, p => p.Contains("the kid 'k' in more than one file", StringComparison.Ordinal));
        Assert.Equal(16, problems.Count);
        Assert.DoesNotContain(problems, p => p.Contains(Convert.ToBase64String(Key), StringComparison.Ordinal) || p.Contains(Convert.ToHexString(Key), StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(511, false)] // rwxrwxrwx
    [InlineData(488 | 16, false)] // rwxrwx---
    [InlineData(1023, true)] // rwxrwxrwt, as Kubernetes mounts secrets
    [InlineData(493, true)] // rwxr-xr-x
    public async Task Directory_that_others_may_write_is_refused_unless_they_can_only_add(int mode, bool good)
    {
        _folder.AddRaw("team-a.1.key");
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)mode);
        if (good) await _folder.Open().DisposeAsync();
        else Assert.Contains("can be written by others", Assert.Throws<BrokenKeyDirectoryException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_as_kubernetes_mounts_a_secret_is_read()
    {
        var data = Path.Combine(_folder.Path, "..2026_01_01_00_00_00.123");
        Directory.CreateDirectory(data);
        _folder.Add("..2026_01_01_00_00_00.123/team-a.1.key", Key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "..data"), Path.GetFileName(data));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "team-a.1.key"), "..data/team-a.1.key");
        File.SetUnixFileMode(_folder.Path, All | UnixFileMode.StickyBit);

        Assert.Contains("mode 0440", Assert.Throws<BrokenKeyDirectoryException>(() => _folder.Open()).Message, StringComparison.Ordinal);
        await using (var source = _folder.Open(groupMayRead: true)) Assert.Equal(Options, PacketCipher.Open(await source.WrapAsync(new KeySelection(), Options, default), Key));
        File.SetUnixFileMode(Path.Combine(data, "team-a.1.key"), UnixFileMode.UserRead);
        await _folder.Open().DisposeAsync();
    }

    [Fact]
    public async Task File_of_another_user_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files away");
        var path = _folder.Add("team-a.1.key", Key);
        (await Support.Tool.RunAsync("chown", "12345", path)).ShouldSucceed();

        Assert.Contains("belongs to user 12345", Assert.Throws<BrokenKeyDirectoryException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_directory_and_file_in_its_place_are_named()
    {
        foreach (var path in new[] { Path.Combine(_folder.Path, "missing"), _folder.Add("file", "") })
        {
            Assert.Contains(path, Assert.Throws<BrokenKeyDirectoryException>(() => LocalSource.Open(new LocalSettings("local", [], path))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Key_file_that_the_caller_names_is_used_inside_the_directory_only()
    {
        _folder.AddRaw("team-a.1.key");
        _folder.Add("other/image.bin", Key);
        var outside = new KeyFolder();
        outside.Add("image.bin", Key);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.bin"), Path.Combine(outside.Path, "image.bin"));
        await using var source = _folder.Open();

        foreach (var inside in new[] { "other/image.bin", Path.Combine(_folder.Path, "other/image.bin"), "other/../other/image.bin" })
        {
            var packet = await source.WrapAsync(new KeySelection("kbs:///default/key/1", inside), Options, default);
            Assert.Equal("kbs:///default/key/1", packet.KeyId);
            Assert.Equal(Options, PacketCipher.Open(packet, Key));
        }
        foreach (var escape in new[] { "link.bin", "../" + Path.GetFileName(outside.Path) + "/image.bin", Path.Combine(outside.Path, "image.bin"), "missing", "other", "." })
        {
            Assert.Equal(FailureReason.Denied, (await FailsAsync(source, new KeySelection("kbs:///default/key/1", escape))).Reason);
        }
        Assert.Contains("needs keyid=", (await FailsAsync(source, new KeySelection(KeyFile: "other/image.bin"))).Message, StringComparison.Ordinal);
        outside.Dispose();
    }

    [Fact]
    public void Writer_never_overwrites_and_counts_versions_up_even_against_others()
    {
        var fresh = Path.Combine(_folder.Path, "made/keys");
        using var key = new LockedBytes(Key);
        var names = Enumerable.Range(0, 24).AsParallel().WithDegreeOfParallelism(6).Select(_ => KeyFileWriter.Add(fresh, "team-a", null, key)).ToList();

        Assert.Equal(Enumerable.Range(1, 24), names.Select(n => n.Version).Order());
        Assert.Equal(24, Directory.GetFileSystemEntries(fresh).Length); // nothing unfinished is left
        Assert.Equal(KeyFolder.OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(fresh));
        Assert.Equal(KeyFolder.OwnerOnly, File.GetUnixFileMode(Path.Combine(fresh, "team-a.7.key")));
        Assert.Contains("already", Assert.Throws<Coffer.Oci.CofferException>(() => KeyFileWriter.Add(fresh, "team-a", 7, key)).Message, StringComparison.Ordinal);
        Assert.Contains("already", Assert.Throws<Coffer.Oci.CofferException>(() => KeyFileWriter.Add(fresh, "team-a", 7, key, "kbs:///a/b/c")).Message, StringComparison.Ordinal);
        foreach (var held in KeyDirectory.Read(fresh)) held.Dispose();
    }

    private static async Task<KeyProviderException> FailsAsync(LocalSource source, KeySelection selection) =>
        await Assert.ThrowsAsync<KeyProviderException>(() => source.WrapAsync(selection, Options, default));
}
