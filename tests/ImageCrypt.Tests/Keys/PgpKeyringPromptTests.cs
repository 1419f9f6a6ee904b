using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Tests.KeyWrap.Pgp;

namespace Coffer.ImageCrypt.Tests.Keys;

/// <summary>Who is asked for the passphrase of a keyring that real gpg exported, and who is not.</summary>
public sealed class PgpKeyringPromptTests : KeyFileFixture
{
    private const string User = "Carol <carol@example.org>";

    [Theory]
    [InlineData]
    [InlineData("--armor")]
    public async Task Passphrase_of_a_protected_keyring_is_asked_for_once(params string[] export)
    {
        Typed = "pass:word ü";
        using var keyring = await ReadAsync(await KeyringAsync(Typed, export));
        Assert.Equal([keyring.Source], Asked);
        Assert.Equal(Typed, Encoding.UTF8.GetString(keyring.Passphrase!.Value.Span));
    }

    [Fact]
    public async Task Nobody_is_asked_where_the_passphrase_is_given()
    {
        Typed = "typed";
        var given = Folder.Write("passphrase", "pass:word ü\n");
        using var keyring = await ReadAsync($"{await KeyringAsync("pass:word ü")}:file={given}");
        Assert.Empty(Asked);
        Assert.Equal("pass:word ü", Encoding.UTF8.GetString(keyring.Passphrase!.Value.Span));
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_keyring_without_protection()
    {
        Typed = "typed";
        using var keyring = await ReadAsync(await KeyringAsync(""));
        Assert.Empty(Asked);
        Assert.Null(keyring.Passphrase);
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_keyring_that_cannot_be_read()
    {
        Typed = "typed";
        using var keyring = await ReadAsync(Folder.Write("broken", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxcFG\n-----END PGP PRIVATE KEY BLOCK-----\n"));
        Assert.Empty(Asked);
        Assert.Null(keyring.Passphrase);
    }

    [Fact]
    public async Task Without_a_terminal_the_keyring_is_read_without_a_passphrase()
    {
        using var keyring = await ReadAsync(await KeyringAsync("secret"));
        Assert.Single(Asked);
        Assert.Null(keyring.Passphrase);
    }

    private new async Task<PgpKeyringIdentity> ReadAsync(string text) => Assert.IsType<PgpKeyringIdentity>(Assert.Single(await base.ReadAsync(text)));

    private async Task<string> KeyringAsync(string passphrase, params string[] export)
    {
        using var home = new GpgHome { Passphrase = passphrase };
        await home.MakeKeyAsync(User, "ed25519", "cv25519");
        var path = Folder.Write("keyring.gpg", await home.ExportSecretAsync("carol@example.org", export));
        SetMode(path, UnixFileMode.None);
        return path;
    }
}
