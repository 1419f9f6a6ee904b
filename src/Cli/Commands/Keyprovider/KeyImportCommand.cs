using System.CommandLine;
using System.Security.Cryptography;
using Coffer.Cli.CommandLine;
using Coffer.KeyProvider.Sources;
using Coffer.KeyProvider.Sources.Local;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider key import</c>.</summary>
internal sealed class KeyImportCommand : Verb
{
    private readonly KeyDirectoryFlags _flags;

    private readonly Option<string?> _version = new("--version") { Description = "the key's version (default one more than the newest)", HelpName = "N" };

    private readonly Option<string?> _kid = new("--kid")
    {
        Description = "the name by which packets made elsewhere know the key, such as kbs:///default/key/1 or a UUID of SecL's key service", HelpName = "KID",
    };

    private readonly Argument<string> _file = new("FILE") { Description = "the key: 32 bytes, base64 or 64 hexadecimal digits of them, or a JWK of type oct; - for standard input" };

    public KeyImportCommand(Session session)
        : base(
            "import", "Add an AES-256 key that was made elsewhere to the key directory. The file itself stays where it is.",
            "coffer keyprovider key import --id team-a team-a.key",
            "coffer keyprovider key import --id kbs-1 --kid kbs:///default/key/1 image.key",
            "openssl rand 32 | coffer keyprovider key import --id team-a -")
    {
        _flags = new KeyDirectoryFlags(this, addsKey: true);
        Add(_version);
        Add(_kid);
        Add(_file);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        int? version = null;
        if (parsed.GetValue(_version) is { } text)
        {
            version = VersionedKeyName.ParseVersion(text) ?? throw new CofferException($"--version takes a number from 1 to 999999999, not '{Printable.Of(text)}'", ExitStatus.Usage);
        }
        using var content = Read(parsed.GetRequiredValue(_file));
        var kid = parsed.GetValue(_kid);
        if (kid is not null && !KeyFileContent.IsKid(kid)) throw new CofferException("--kid is empty, too long or holds control characters", ExitStatus.Usage);
        if (kid is not null && content.ForeignKid is { } own && own != kid)
        {
            throw new CofferException($"the JWK's kid is '{Printable.Of(own)}', not '{Printable.Of(kid)}'", ExitStatus.Usage, "leave --kid out, or mend the JWK");
        }
        var name = KeyFileWriter.Add(_flags.Directory(parsed), _flags.Id(parsed), version, content.Key, kid ?? content.ForeignKid);
        session.Output.WriteLine(name.ToUri(LocalKey.Scheme));
        return (int)ExitStatus.Done;
    }

    private static KeyFileContent Read(string path)
    {
        var shown = path == "-" ? "standard input" : Printable.Of(path);
        Span<byte> buffer = stackalloc byte[KeyFileContent.MostBytes + 1];
        try
        {
            using var stream = path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return KeyFileContent.Parse(buffer[..length]);
        }
        catch (FormatException e)
        {
            throw new CofferException($"{shown} {e.Message}", ExitStatus.Failed, "a key is 32 bytes, as they are, in base64, in hexadecimal digits, or as a JWK of type oct", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"{shown} cannot be read: {Printable.Of(e is UnauthorizedAccessException ? "permission denied" : e.Message)}", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
