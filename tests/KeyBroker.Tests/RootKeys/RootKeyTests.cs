using System.Security.Cryptography;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.RootKeys;

public sealed class RootKeyTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_is_made_once_and_its_place_is_warned_of()
    {
        var (first, warning) = FileRootKey.OpenOrCreate(_folder.Combine("data"));
        var (second, _) = FileRootKey.OpenOrCreate(_folder.Combine("data"));
        using var one = first;
        using var two = second;

        Assert.Equal(Derived(first, "a"), Derived(second, "a"));
        Assert.Contains("--root-key FILE", warning, StringComparison.Ordinal);
        Assert.Equal(Private, File.GetUnixFileMode(_folder.Combine("data", "root-key")));
        Assert.Equal(["root-key"], Directory.GetFiles(_folder.Combine("data")).Select(Path.GetFileName));
    }

    [Fact]
    public void Raw_bytes_and_both_alphabets_of_base64_are_the_same_key()
    {
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 8 + 7))];
        var text = Convert.ToBase64String(key);
        var all = new[] { key, Ascii(text), Ascii(text + "\n"), Ascii(text.TrimEnd('=').Replace('+', '-').Replace('/', '_')) };

        var derived = all.Select((content, i) => Derived(FileRootKey.Open(Write($"k{i}", content)), "p")).Distinct();

        Assert.Single(derived);
    }

    [Fact]
    public async Task Purposes_have_keys_of_their_own_as_openssl_derives_them()
    {
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        using var root = FileRootKey.Open(Write("k", key));

        var expected = await Tool.RunAsync(
            Peers.Require("openssl"), "kdf", "-keylen", "32", "-kdfopt", "digest:SHA256", "-kdfopt", "hexkey:" + Convert.ToHexString(key),
            "-kdfopt", "salt:coffer-root-key-1", "-kdfopt", "info:audit-head", "-binary", "HKDF");

        Assert.Equal(Convert.ToHexString(expected.OutputBytes.Span), Derived(root, "audit-head"));
        Assert.NotEqual(Derived(root, "audit-head"), Derived(root, "records"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(5000)]
    public void A_file_that_is_no_key_is_refused(int length) => Refused(Write("k", new byte[length]), "k");

    [Fact]
    public void A_file_open_to_others_is_refused()
    {
        var file = Write("k", new byte[32]);
        File.SetUnixFileMode(file, Private | UnixFileMode.OtherRead);

        Refused(file, "is open to others (mode 0604)");
    }

    [Fact]
    public void A_file_of_root_may_be_readable_by_its_group_and_one_of_another_user_not()
    {
        var file = Write("k", new byte[32]);
        File.SetUnixFileMode(file, Private | UnixFileMode.GroupRead);

        if (Environment.IsPrivilegedProcess) FileRootKey.Open(file).Dispose();
        else Refused(file, "is open to others (mode 0640)");
        File.SetUnixFileMode(file, Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        Refused(file, "is open to others (mode 0660)");
    }

    [Fact]
    public async Task A_file_of_another_user_is_refused()
    {
        var file = Write("k", new byte[32]);
        if ((await Tool.RunAsync("chown", "12345", file)).ExitCode != 0) Assert.Skip("only root can give files away");

        Refused(file, "belongs to user 12345");
    }

    [Fact]
    public void A_file_that_is_absent_is_refused() => Refused(_folder.Combine("absent"), "is not there");

    [Fact]
    public async Task Another_root_key_is_recognised_at_the_start()
    {
        await using var broker = new BrokerFixture();
        var token = TestContext.Current.CancellationToken;
        await RootKeyCheck.EnsureAsync(broker.Store, broker.RootKey, token);
        await RootKeyCheck.EnsureAsync(broker.Store, broker.RootKey, token);
        using var other = FileRootKey.Open(Write("k", RandomNumberGenerator.GetBytes(32)));

        var refused = await Assert.ThrowsAsync<BrokerException>(() => RootKeyCheck.EnsureAsync(broker.Store, other, token));

        Assert.Equal(BrokerFault.Unavailable, refused.Fault);
        Assert.Contains("not the one that this store was made with", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sealed_record_opens_where_it_was_sealed_for_and_nowhere_else()
    {
        using var root = FileRootKey.Open(Write("k", RandomNumberGenerator.GetBytes(32)));
        using var other = FileRootKey.Open(Write("o", RandomNumberGenerator.GetBytes(32)));
        using var sealer = new RecordSealer(root);
        using var others = new RecordSealer(other);
        var plain = "a key of thirty-two bytes exactly"u8.ToArray();

        var record = sealer.Seal(Collections.Resources, "a/b/c", plain);

        using (var opened = sealer.Open(Collections.Resources, "a/b/c", record)) Assert.Equal(plain, opened.Span.ToArray());
        Assert.Equal(plain.Length + RecordSealer.Overhead, record.Length);
        Assert.NotEqual(record, sealer.Seal(Collections.Resources, "a/b/c", plain));
        foreach (var open in new Func<SecretBytes>[]
        {
            () => sealer.Open(Collections.Resources, "a/b/d", record),
            () => sealer.Open(Collections.BrokerKeys, "a/b/c", record),
            () => sealer.Open(Collections.Resources + "a", "/b/c", record),
            () => others.Open(Collections.Resources, "a/b/c", record),
            () => sealer.Open(Collections.Resources, "a/b/c", record.AsSpan(1)),
            () => sealer.Open(Collections.Resources, "a/b/c", []),
        })
        {
            Assert.Equal(ExitStatus.Integrity, Assert.Throws<BrokerException>(open).ExitStatus);
        }
    }

    [Fact]
    public void Every_byte_of_a_sealed_record_counts()
    {
        using var root = FileRootKey.Open(Write("k", RandomNumberGenerator.GetBytes(32)));
        using var sealer = new RecordSealer(root);
        var record = sealer.Seal(Collections.Resources, "k", "plain"u8);

        for (var i = 0; i < record.Length; i++)
        {
            record[i] ^= 1;
            Assert.Throws<BrokerException>(() => sealer.Open(Collections.Resources, "k", record));
            record[i] ^= 1;
        }
    }

    [Fact]
    public void Nothing_is_sealed_where_a_change_of_the_root_key_would_not_reach_it()
    {
        using var root = FileRootKey.Open(Write("k", RandomNumberGenerator.GetBytes(32)));
        using var sealer = new RecordSealer(root);
        Assert.Throws<InvalidOperationException>(() => sealer.Seal(Collections.Hosts, "k", "plain"u8));
    }

    [Fact]
    public void A_store_from_before_generations_opens()
    {
        // AES-256-GCM by this test's own hand, as records were sealed when the first byte was a version.
        using var root = FileRootKey.Open(Write("k", RandomNumberGenerator.GetBytes(32)));
        using var records = root.Derive("records");
        var salt = RandomNumberGenerator.GetBytes(32);
        var derived = HKDF.DeriveKey(HashAlgorithmName.SHA256, records.Span.ToArray(), 44, salt, "coffer-record-1"u8.ToArray());
        byte[] context = [1, 0, 0, 0, 9, .. "resources"u8, .. "a/b/c"u8];
        var (sealedText, tag) = (new byte[5], new byte[16]);
        using (var cipher = new AesGcm(derived.AsSpan(0, 32), 16)) cipher.Encrypt(derived.AsSpan(32), "plain"u8, sealedText, tag, context);
        using var sealer = new RecordSealer(root);

        using var opened = sealer.Open(Collections.Resources, "a/b/c", [1, .. salt, .. sealedText, .. tag]);

        Assert.Equal("plain"u8, opened.Span);
    }

    [Fact]
    public void A_secret_that_was_disposed_is_zero_and_gone()
    {
        var secret = new SecretBytes("abc"u8);
        var span = secret.Span;
        secret.Dispose();

        Assert.Equal(new byte[3], span.ToArray());
        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
    }

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static string Derived(FileRootKey key, string purpose)
    {
        using var derived = key.Derive(purpose);
        return Convert.ToHexString(derived.Span);
    }

    private string Write(string name, byte[] content)
    {
        var file = _folder.Write(name, content);
        File.SetUnixFileMode(file, Private);
        return file;
    }

    private static void Refused(string file, string because)
    {
        var refused = Assert.Throws<BrokerException>(() => FileRootKey.Open(file));
        Assert.Equal(BrokerFault.Unavailable, refused.Fault);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }
}
