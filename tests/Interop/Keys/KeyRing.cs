using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Support;

namespace Coffer.Interop.Keys;

/// <summary>The keys of all recipients, each made once for the whole run when it is first asked for.</summary>
internal sealed class KeyRing : IAsyncDisposable
{
    private const string Another = "another ";

    private readonly ConcurrentDictionary<string, Lazy<Task<Recipient>>> _made = new();
    private readonly ConcurrentBag<IDisposable> _tokens = [];
    private readonly ConcurrentDictionary<string, Lazy<GpgHome>> _homes = [];
    private readonly TempDirectory _folder = new();

    /// <summary>The recipient of that name; a missing peer fails or skips the running test.</summary>
    public Task<Recipient> GetAsync(string name) =>
        _made.GetOrAdd(name, n => new Lazy<Task<Recipient>>(() => Task.Run(() => MakeAsync(n)))).Value;

    /// <summary>A second recipient of the same kind, with a key of its own.</summary>
    public Task<Recipient> GetAnotherAsync(string name) => GetAsync(Another + name);

    public async ValueTask DisposeAsync()
    {
        foreach (var home in _homes.Values)
            await home.Value.DisposeAsync();
        foreach (var token in _tokens)
            token.Dispose();
        _folder.Dispose();
    }

    // "another X" is a second key of the kind X.
    private async Task<Recipient> MakeAsync(string name) => (name.StartsWith(Another, StringComparison.Ordinal) ? name[Another.Length..] : name) switch
    {
        RecipientNames.Rsa2048 => Rsa(name, 2048),
        RecipientNames.Rsa3072 => Rsa(name, 3072),
        RecipientNames.Rsa4096 => Rsa(name, 4096),
        RecipientNames.P256 => Curve(name, ECCurve.NamedCurves.nistP256),
        RecipientNames.P384 => Curve(name, ECCurve.NamedCurves.nistP384),
        RecipientNames.P521 => Curve(name, ECCurve.NamedCurves.nistP521),
        RecipientNames.Pkcs7 => Certificate(name),
        RecipientNames.PgpRsa => await PgpAsync(name, "rsa3072", "rsa3072"),
        RecipientNames.PgpCurve25519 => await PgpAsync(name, "ed25519", "cv25519"),
        RecipientNames.PgpP256 => await PgpAsync(name, "nistp256", "nistp256"),
        RecipientNames.Pkcs11 => await TokenAsync(name),
        RecipientNames.Provider => Provider(name),
        RecipientNames.TwoJwe => (await GetAsync(RecipientNames.P256)).And(await GetAsync(RecipientNames.Rsa3072), name),
        RecipientNames.JweAndPkcs7 => (await GetAsync(RecipientNames.Pkcs7)).And(await GetAsync(RecipientNames.P384), name),
        RecipientNames.JweAndPgp => (await GetAsync(RecipientNames.PgpRsa)).And(await GetAsync(RecipientNames.Rsa2048), name),
        _ => throw new ArgumentException($"no recipient is called {name}", nameof(name)),
    };

    private Recipient Rsa(string name, int bits)
    {
        using var key = RSA.Create(bits);
        return Jwe(name, key);
    }

    private Recipient Curve(string name, ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return Jwe(name, key);
    }

    private Recipient Jwe(string name, AsymmetricAlgorithm key) => new(
        name, [$"jwe:{Write(name, ".pub", key.ExportSubjectPublicKeyInfoPem())}"], [Write(name, ".pem", key.ExportPkcs8PrivateKeyPem())], "jwe");

    // Peers choose the packet's part by the certificate, so it goes with the key.
    private Recipient Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=Interop", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        var file = Write(name, ".crt", certificate.ExportCertificatePem());
        return new Recipient(name, [$"pkcs7:{file}"], [Write(name, ".pem", key.ExportPkcs8PrivateKeyPem()), file], "pkcs7");
    }

    // Keys of one kind share a home, so that one packet can be for two of them.
    private async Task<Recipient> PgpAsync(string name, string primary, string subkey)
    {
        var home = _homes.GetOrAdd(primary, _ => new Lazy<GpgHome>(() => new GpgHome())).Value;
        var address = $"{name.Replace(' ', '-')}@example.org";
        var ring = await home.GenerateAsync(address, primary, subkey);
        return new Recipient(name, [$"pgp:{address}"], [Write(name, ".gpg", ring.Span)], "pgp")
        {
            Environment = new Dictionary<string, string?> { ["GNUPGHOME"] = home.Path },
        };
    }

    // The layer key is encrypted by the token's RSA key itself, and softhsm2 knows OAEP with SHA-1 only.
    private async Task<Recipient> TokenAsync(string name)
    {
        var token = await SoftHsmToken.CreateAsync();
        _tokens.Add(token);
        await token.GenerateRsaAsync("interop", "01", 3072);
        var file = Write(name, ".yaml", token.KeyFile("object=interop"));
        return new Recipient(name, [$"pkcs11:{file}"], [file], "pkcs11")
        {
            Environment = new Dictionary<string, string?>(token.Options.Environment) { ["OCICRYPT_OAEP_HASHALG"] = "sha1" },
        };
    }

    private Recipient Provider(string name)
    {
        var script = RepositoryRoot.Combine("tests", "Interop", "Keys", "keyprovider.sh");
        var key = Write(name, ".key", Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        var configuration = Write(name, ".json", $$"""
            {"key-providers": {"shop": {"cmd": {"path": "{{script}}", "args": ["{{key}}"]} } } }
            """);
        return new Recipient(name, ["provider:shop"], ["provider:shop"], "provider.shop")
        {
            Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = configuration },
        };
    }

    private string Write(string name, string extension, string text) => Write(name, extension, Encoding.UTF8.GetBytes(text));

    private string Write(string name, string extension, ReadOnlySpan<byte> content)
    {
        var path = _folder.Write(name.Replace(' ', '-') + extension, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
