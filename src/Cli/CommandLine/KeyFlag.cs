using System.CommandLine;
using Coffer.Cli.Progress;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Layers;
using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary><c>-d</c>, <c>--decryption-key</c>: what may open layers, tried in the order given.</summary>
internal sealed class KeyFlag
{
    private readonly Option<string[]> _keys = new("--decryption-key", "-d")
    {
        Description = "a key that may open the layers: FILE[:file=PASSWORDFILE|:fd=N] or provider:NAME[:PARAMETERS]; can be given several times",
        HelpName = "KEY",
    };

    public KeyFlag(Command command) => command.Add(_keys);

    /// <summary>Reads the keys, asking for passwords where there is somebody to ask. The caller disposes the ring.</summary>
    /// <exception cref="CofferException">A key cannot be read.</exception>
    public async Task<KeyRing> ReadAsync(ParseResult parsed, Session session, Reporter reporter, CancellationToken cancellationToken)
    {
        var specs = (parsed.GetValue(_keys) ?? []).Select(IdentitySpec.Parse).ToList();
        if (specs.FirstOrDefault(s => s.SecretInArgument) is { } told)
        {
            reporter.Warn($"-d holds a password, which other users of this machine can see: write {Printable.Of(told.Source)}:file=FILE or {Printable.Of(told.Source)}:fd=N");
        }
        var reader = new IdentityReader(session.Prompt, reporter.Warn);
        var identities = new List<Identity>();
        try
        {
            foreach (var spec in specs) identities.AddRange(await reader.ReadAsync(spec, cancellationToken).ConfigureAwait(false));
            return new KeyRing(identities);
        }
        catch
        {
            identities.ForEach(i => i.Dispose());
            throw;
        }
    }
}
