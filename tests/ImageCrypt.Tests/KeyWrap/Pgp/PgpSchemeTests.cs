using System.Text;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Pgp;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pgp;

/// <summary>Against real gpg, in both directions.</summary>
public sealed class PgpSchemeTests
{
    private static readonly byte[] Options = Encoding.UTF8.GetBytes("{\"symkey\":\"" + new string('A', 150) + "\"}");

    [Theory]
    [InlineData("rsa2048", "rsa2048")]
    [InlineData("rsa3072", "rsa3072")]
    [InlineData("ed25519", "cv25519")]
    [InlineData("nistp256", "nistp256")]
    public async Task Gpg_opens_what_we_write_and_we_open_what_gpg_writes(string primary, string subkey)
    {
        using var home = new GpgHome();
        await home.MakeKeyAsync("Alice <alice@example.org>", primary, subkey);
        var scheme = new PgpScheme(TimeProvider.System, home.Environment());

        var ours = await WrapAsync(scheme, "alice@example.org");
        Assert.Equal(Options, (await home.RunAsync("--decrypt", home.Write("ours.gpg", ours))).ShouldSucceed().OutputBytes.ToArray());
        Assert.Equal(await home.SubkeyIdsAsync("alice@example.org"), scheme.Describe(EncAnnotations.Pgp, ours).Select(r => r.Kid));

        foreach (var extra in (string[][])[[], ["--compress-algo", "none"], ["--throw-keyids"], ["--set-filename", "name.json"]])
        {
            var theirs = home.Combine("theirs.gpg");
            (await home.RunAsync([.. extra, "-r", "alice@example.org", "-o", theirs, "--encrypt", home.Write("plain", Options)])).ShouldSucceed();
            using var binary = new PgpKeyringIdentity("binary", await home.ExportSecretAsync("alice@example.org"), null);
            using var armored = new PgpKeyringIdentity("armored", await home.ExportSecretAsync("alice@example.org", "--armor"), null);
            var packet = await File.ReadAllBytesAsync(theirs, TestContext.Current.CancellationToken);
            Assert.Equal(Options, (await UnwrapAsync(scheme, packet, binary)).PrivateOptions);
            Assert.Equal(Options, (await UnwrapAsync(scheme, packet, armored)).PrivateOptions);
        }
    }

    [Fact]
    public async Task A_protected_keyring_opens_with_its_passphrase_alone()
    {
        using var home = new GpgHome { Passphrase = "pass:word ü" };
        await home.MakeKeyAsync("Bob <bob@example.org>", "ed25519", "cv25519");
        var scheme = new PgpScheme(TimeProvider.System, home.Environment());
        var packet = await WrapAsync(scheme, "Bob");
        var keyring = await home.ExportSecretAsync("bob@example.org");
        using var right = new PgpKeyringIdentity("right", [.. keyring], Encoding.UTF8.GetBytes("pass:word ü"));
        using var wrong = new PgpKeyringIdentity("wrong", [.. keyring], "nope"u8.ToArray());
        using var none = new PgpKeyringIdentity("none", [.. keyring], null);

        Assert.Equal(Options, (await UnwrapAsync(scheme, packet, right)).PrivateOptions);
        Assert.Equal("wrong passphrase", Assert.Single((await UnwrapAsync(scheme, packet, wrong)).Failures).Reason);
        Assert.Contains("none was given", Assert.Single((await UnwrapAsync(scheme, packet, none)).Failures).Reason, StringComparison.Ordinal);
        var all = await UnwrapAsync(scheme, packet, wrong, none, right);
        Assert.Equal(Options, all.PrivateOptions);
        Assert.Equal(["wrong", "none"], all.Failures.Select(f => f.Identity));
    }

    [Fact]
    public async Task Several_recipients_share_a_packet_and_one_can_be_cut_out()
    {
        using var home = new GpgHome();
        await home.MakeKeyAsync("Alice <alice@example.org>", "ed25519", "cv25519");
        await home.MakeKeyAsync("Bob <bob@example.org>", "nistp256", "nistp256");
        var scheme = new PgpScheme(TimeProvider.System, home.Environment());
        var packet = await WrapAsync(scheme, "alice@example.org", await home.FingerprintAsync("bob@example.org"), "Alice");
        using var bob = new PgpKeyringIdentity("bob", await home.ExportSecretAsync("bob@example.org"), null);
        using var alice = new PgpKeyringIdentity("alice", await home.ExportSecretAsync("alice@example.org"), null);

        var recipients = scheme.Describe(EncAnnotations.Pgp, packet);
        var opened = await UnwrapAsync(scheme, packet, bob);
        var cut = scheme.RemoveRecipient(packet, 1)!;

        Assert.Equal(2, recipients.Count);
        Assert.All(recipients, r => Assert.Equal("ECDH", r.Algorithm));
        Assert.Equal((1, 1), (opened.Recipient, opened.Failures.Count));
        Assert.Equal(Options, (await UnwrapAsync(scheme, cut, alice)).PrivateOptions);
        Assert.Contains("does not have this key", Assert.Single((await UnwrapAsync(scheme, cut, bob)).Failures).Reason, StringComparison.Ordinal);
        Assert.Equal(recipients[0].Kid, Assert.Single(scheme.Describe(EncAnnotations.Pgp, cut)).Kid);
        Assert.Null(scheme.RemoveRecipient(cut, 0));
        Assert.Equal(Options, (await home.RunAsync("--decrypt", home.Write("cut.gpg", cut))).ShouldSucceed().OutputBytes.ToArray());
    }

    [Fact]
    public async Task Every_flipped_byte_of_the_encrypted_data_is_noticed()
    {
        using var home = new GpgHome();
        await home.MakeKeyAsync("Alice <alice@example.org>", "ed25519", "cv25519");
        var scheme = new PgpScheme(TimeProvider.System, home.Environment());
        var packet = await WrapAsync(scheme, "alice@example.org");
        using var alice = new PgpKeyringIdentity("alice", await home.ExportSecretAsync("alice@example.org"), null);
        var unwrapper = scheme.CreateUnwrapper([alice])!;

        for (var i = 0; i < packet.Length; i++)
        {
            var bad = packet.ToArray();
            bad[i] ^= 0x10;
            var result = await unwrapper.UnwrapAsync(EncAnnotations.Pgp, bad, TestContext.Current.CancellationToken);
            Assert.True(result.PrivateOptions is null, $"byte {i} of {packet.Length}");
            if (i > packet.Length - Options.Length) Assert.True(result.Failures.Single().Damaged);
        }
        for (var length = 0; length < packet.Length; length++)
        {
            Assert.Null((await unwrapper.UnwrapAsync(EncAnnotations.Pgp, packet.AsMemory(0, length), TestContext.Current.CancellationToken)).PrivateOptions);
        }
    }

    [Fact]
    public async Task Recipients_are_matched_exactly_and_unknown_ones_are_errors()
    {
        using var home = new GpgHome();
        await home.MakeKeyAsync("Alice Liddell (work) <alice@example.org>", "ed25519", "cv25519");
        var scheme = new PgpScheme(TimeProvider.System, home.Environment());
        var fingerprint = await home.FingerprintAsync("alice@example.org");

        foreach (var name in (string[])["alice@example.org", "<alice@example.org>", "Alice Liddell", "Alice Liddell (work) <alice@example.org>", fingerprint, "0x" + fingerprint[24..]])
        {
            Assert.NotEmpty(await WrapAsync(scheme, name));
        }
        foreach (var name in (string[])["Alice", "lice@example.org", "alice@example.or", "example.org", "nobody@example.org", fingerprint[32..], "@example.org", "--version"])
        {
            var e = await Assert.ThrowsAsync<CofferException>(() => WrapAsync(scheme, "alice@example.org", name));
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
            Assert.NotNull(e.Hint);
        }
    }

    [Fact]
    public async Task The_newest_usable_subkey_is_chosen_and_a_revoked_or_expired_key_is_refused()
    {
        using var home = new GpgHome();
        await home.MakeKeyAsync("Alice <alice@example.org>", "ed25519", "cv25519");
        var fingerprint = await home.FingerprintAsync("alice@example.org");
        (await home.RunAsync("--faked-system-time", "20300101T000000!", "--quick-add-key", fingerprint, "cv25519", "encr", "30d")).ShouldSucceed();
        var subkeys = await home.SubkeyIdsAsync("alice@example.org");

        var during = new PgpScheme(new FixedTime(new DateTimeOffset(2030, 1, 5, 0, 0, 0, TimeSpan.Zero)), home.Environment());
        var after = new PgpScheme(new FixedTime(new DateTimeOffset(2030, 3, 5, 0, 0, 0, TimeSpan.Zero)), home.Environment());

        Assert.Equal(subkeys[1], Assert.Single(during.Describe(EncAnnotations.Pgp, await WrapAsync(during, "alice@example.org"))).Kid);
        Assert.Equal(subkeys[0], Assert.Single(after.Describe(EncAnnotations.Pgp, await WrapAsync(after, "alice@example.org"))).Kid);

        (await home.RunAsync("--quick-set-expire", fingerprint, "2027-01-01")).ShouldSucceed();
        var e = await Assert.ThrowsAsync<CofferException>(() => WrapAsync(after, "alice@example.org"));
        Assert.Contains("has expired", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_an_encryption_key_and_two_keys_of_one_name_are_errors()
    {
        using var home = new GpgHome();
        (await home.RunAsync("--quick-gen-key", "Signer <sign@example.org>", "ed25519", "sign", "never")).ShouldSucceed();
        await home.MakeKeyAsync("Twin <one@example.org>", "ed25519", "cv25519");
        await home.MakeKeyAsync("Twin <two@example.org>", "ed25519", "cv25519");
        var scheme = new PgpScheme(TimeProvider.System, home.Environment());

        Assert.Contains("no key for encryption", (await Assert.ThrowsAsync<CofferException>(() => WrapAsync(scheme, "sign@example.org"))).Message, StringComparison.Ordinal);
        Assert.Contains("ambiguous", (await Assert.ThrowsAsync<CofferException>(() => WrapAsync(scheme, "Twin"))).Message, StringComparison.Ordinal);
        Assert.NotEmpty(await WrapAsync(scheme, "two@example.org"));
    }

    [Fact]
    public async Task A_keyring_file_serves_where_gpg_is_missing()
    {
        using var home = new GpgHome();
        await home.MakeKeyAsync("Alice <alice@example.org>", "ed25519", "cv25519");
        await home.MakeKeyAsync("Bob <bob@example.org>", "ed25519", "cv25519");
        var one = home.Combine("alice.asc");
        var both = home.Combine("both.gpg");
        (await home.RunAsync("--armor", "-o", one, "--export", "alice@example.org")).ShouldSucceed();
        (await home.RunAsync("-o", both, "--export")).ShouldSucceed();
        var without = new PgpScheme(TimeProvider.System, _ => null);
        var ring = new PgpScheme(TimeProvider.System, name => name == PgpPublicKeys.Variable ? both : null);

        Assert.Contains("gpg is not installed", (await Assert.ThrowsAsync<CofferException>(() => WrapAsync(without, "alice@example.org"))).Message, StringComparison.Ordinal);
        Assert.Equal(await home.SubkeyIdsAsync("alice@example.org"), without.Describe("", await WrapAsync(without, one)).Select(r => r.Kid));
        Assert.Contains("ambiguous", (await Assert.ThrowsAsync<CofferException>(() => WrapAsync(without, both))).Message, StringComparison.Ordinal);
        Assert.Equal(await home.SubkeyIdsAsync("bob@example.org"), ring.Describe("", await WrapAsync(ring, "bob@example.org")).Select(r => r.Kid));
        await Assert.ThrowsAsync<CofferException>(() => WrapAsync(ring, "carol@example.org"));
        await Assert.ThrowsAsync<CofferException>(() => WrapAsync(without, home.Write("junk", "junk"u8)));
    }

    [Fact]
    public async Task A_secret_part_that_is_elsewhere_and_a_ring_that_is_none_are_named()
    {
        using var home = new GpgHome();
        (await home.RunAsync("--quick-gen-key", "Old <old@example.org>", "rsa2048", "encr", "never")).ShouldSucceed();
        var scheme = new PgpScheme(TimeProvider.System, home.Environment());
        var packet = await WrapAsync(scheme, "old@example.org");
        using var stub = new PgpKeyringIdentity("stub", (await home.RunAsync("--export-secret-subkeys", "old@example.org")).ShouldSucceed().OutputBytes.ToArray(), null);
        using var junk = new PgpKeyringIdentity("junk", "-----BEGIN junk"u8.ToArray(), null);
        using var publicOnly = new PgpKeyringIdentity("public", (await home.RunAsync("--export")).ShouldSucceed().OutputBytes.ToArray(), null);

        Assert.Null((await UnwrapAsync(scheme, packet, junk)).PrivateOptions);
        Assert.Contains("no secret key", Assert.Single((await UnwrapAsync(scheme, packet, publicOnly)).Failures).Reason, StringComparison.Ordinal);
        Assert.Contains("not in the keyring", Assert.Single((await UnwrapAsync(scheme, packet, stub)).Failures).Reason, StringComparison.Ordinal);
    }

    private static async Task<byte[]> WrapAsync(PgpScheme scheme, params string[] recipients)
    {
        var wrappers = await scheme.CreateWrappersAsync([.. recipients.Select(r => new RecipientSpec("pgp", r))], TestContext.Current.CancellationToken);
        using var wrapper = Assert.Single(wrappers);
        return await wrapper.WrapAsync(Options, TestContext.Current.CancellationToken);
    }

    private static async Task<UnwrapResult> UnwrapAsync(PgpScheme scheme, byte[] packet, params Identity[] identities) =>
        await scheme.CreateUnwrapper(identities)!.UnwrapAsync(EncAnnotations.Pgp, packet, TestContext.Current.CancellationToken);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
