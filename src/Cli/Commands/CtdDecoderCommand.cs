using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Processes;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.StreamProcessor;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer ctd-decoder</c>.</summary>
internal sealed class CtdDecoderCommand : Verb
{
    /// <summary>The verb, and the name of a link to the executable that stands for it.</summary>
    public const string VerbName = "ctd-decoder";

    // containerd shows all of stderr as its error: enough to see why, and not a page.
    private const int MostReasons = 8;

    private readonly Option<string?> _keys = new("--decryption-keys-path")
    {
        Description = "a folder of private keys, certificates, keyrings and PKCS#11 key files; symbolic links are followed",
        HelpName = "DIR",
    };

    public CtdDecoderCommand(Session session)
        : base(
            VerbName, "Decrypt one layer for containerd, as its stream processor: payload on file descriptor 3, layer on stdin, plaintext on stdout.",
            "coffer ctd-decoder --decryption-keys-path /etc/containerd/ocicrypt/keys",
            "ln -s coffer /usr/local/bin/ctd-decoder")
    {
        Note = """
            Also what a link named ctd-decoder to this executable does. Key providers are asked as OCICRYPT_KEYPROVIDER_CONFIG says.
            The last MiB of a layer leaves only after its MAC was checked; a failure ends with one line on stderr and a
            status that is not 0, and what was written before is to be thrown away, as containerd does.
            """;
        Add(_keys);
        SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(_keys), session, cancellationToken));
    }

    private static async Task<int> RunAsync(string? keyFolder, Session session, CancellationToken cancellationToken)
    {
        var leftOut = new List<string>();
        try
        {
            using var payload = await PayloadPipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var plaintext = Console.OpenStandardOutput();
            await using (plaintext.ConfigureAwait(false))
            {
                await LayerDecoder.DecodeAsync(payload, keyFolder, Console.OpenStandardInput(), plaintext, leftOut.Add, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (NoUsableKeyException e)
        {
            throw OneLine(e, [.. e.Details, .. leftOut], "put a recipient's private key into the folder of --decryption-keys-path, or configure the provider in OCICRYPT_KEYPROVIDER_CONFIG");
        }
        catch (CofferException e)
        {
            throw OneLine(e, e.Details, e.Hint);
        }
        foreach (var note in leftOut) await session.Error.WriteLineAsync($"coffer: warning: {Printable.Of(note, 1024)}".AsMemory(), cancellationToken).ConfigureAwait(false);
        return (int)ExitStatus.Done;
    }

    private static CofferException OneLine(CofferException e, IReadOnlyList<string> reasons, string? hint)
    {
        var shown = reasons.Take(MostReasons).ToList();
        if (reasons.Count > shown.Count) shown.Add($"and {reasons.Count - shown.Count} more");
        var line = string.Join("; ", [e.Message, .. shown]);
        return new CofferException(hint is null ? line : $"{line} ({hint})", e.ExitStatus, inner: e);
    }
}
