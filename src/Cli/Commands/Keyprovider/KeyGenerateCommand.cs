using System.CommandLine;
using System.Security.Cryptography;
using Coffer.Cli.CommandLine;
using Coffer.KeyProvider.Memory;
using Coffer.KeyProvider.Sources.Local;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider key generate</c>.</summary>
internal sealed class KeyGenerateCommand : Verb
{
    private readonly KeyDirectoryFlags _flags;

    public KeyGenerateCommand(Session session)
        : base(
            "generate", "Make a new AES-256 key file, or the next version of one that is there, and print the key's name in packets.",
            "coffer keyprovider key generate --id team-a",
            "coffer keyprovider key generate --dir keys --id team-a")
    {
        Note = "The newest version of a key wraps; older ones still unwrap, as long as their files stay.\nA running key provider takes up new files when it reloads (SIGHUP).";
        _flags = new KeyDirectoryFlags(this, addsKey: true);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        using var key = new LockedBytes(KeyFileContent.KeyBytes);
        using (var lease = key.Open()) RandomNumberGenerator.Fill(lease.Span);
        var name = KeyFileWriter.Add(_flags.Directory(parsed), _flags.Id(parsed), version: null, key);
        session.Output.WriteLine(name.ToUri(LocalKey.Scheme));
        return (int)ExitStatus.Done;
    }
}
