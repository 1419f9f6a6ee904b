using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.Cli.Demo;

/// <summary>The story that <c>coffer demo</c> tells: each step is the command that is printed, run in this process.</summary>
internal sealed class Story(Session session)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Tells it in a temporary folder, or in <paramref name="keep"/>.</summary>
    /// <exception cref="CofferException">A step did not end as it should, or the folder is not empty.</exception>
    public async Task<int> TellAsync(string? keep, CancellationToken cancellationToken)
    {
        var folder = keep is null ? Directory.CreateTempSubdirectory("coffer-demo-").FullName : Prepare(keep);
        try
        {
            await TellInAsync(folder, cancellationToken).ConfigureAwait(false);
            Say(keep is null ? "That was the whole story; nothing of it is left on the disk." : $"Everything is in {folder}.");
            return (int)ExitStatus.Done;
        }
        finally
        {
            if (keep is null) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task TellInAsync(string folder, CancellationToken cancellationToken)
    {
        string In(string name) => Path.Combine(folder, name);
        Say("Two people, each with a key pair: Alice has an RSA key, Bob an elliptic-curve one.");
        using (var alice = RSA.Create(3072)) WriteKeys(alice, In("alice.pem"), In("alice.pub.pem"));
        using (var bob = ECDsa.Create(ECCurve.NamedCurves.nistP256)) WriteKeys(bob, In("bob.pem"), In("bob.pub.pem"));
        Say("And an image of three layers, one of which holds something that is nobody else's business.");
        await StoryImage.WriteAsync($"oci:{In("image")}:1", cancellationToken).ConfigureAwait(false);
        await StepAsync(0, cancellationToken, "inspect", $"oci:{In("image")}:1").ConfigureAwait(false);

        Say("It is encrypted for Alice. Only her public key is needed for that.");
        await StepAsync(0, cancellationToken, "encrypt", "-e", $"jwe:{In("alice.pub.pem")}", $"oci:{In("image")}:1", $"oci:{In("encrypted")}:1").ConfigureAwait(false);
        Say("Everybody can see for whom, and what encryption does not hide.");
        await StepAsync(0, cancellationToken, "inspect", $"oci:{In("encrypted")}:1").ConfigureAwait(false);
        Say("Bob cannot open it. The error says which key was tried on what, and nothing is written.");
        await StepAsync(3, cancellationToken, "decrypt", "-d", In("bob.pem"), $"oci:{In("encrypted")}:1", $"oci:{In("stolen")}:1").ConfigureAwait(false);
        if (Directory.Exists(In("stolen"))) throw new CofferException("the refused decryption left something behind");
        Say("Alice can. The layers come out byte for byte as they were.");
        await StepAsync(0, cancellationToken, "decrypt", "-d", In("alice.pem"), $"oci:{In("encrypted")}:1", $"oci:{In("decrypted")}:1").ConfigureAwait(false);
        await StoryImage.RequireSameLayersAsync($"oci:{In("image")}:1", $"oci:{In("decrypted")}:1", cancellationToken).ConfigureAwait(false);
        Say("Alice hands the image over to Bob: the manifest is rewritten, no layer is read or moved.");
        await StepAsync(0, cancellationToken, "rewrap", "-d", In("alice.pem"), "--add", $"jwe:{In("bob.pub.pem")}", "--remove", "all", $"oci:{In("encrypted")}:1").ConfigureAwait(false);
        Say("Now it is Bob's key that opens it, as he can prove without writing anything.");
        await StepAsync(0, cancellationToken, "verify", "-d", In("bob.pem"), $"oci:{In("encrypted")}:1").ConfigureAwait(false);
        await StepAsync(3, cancellationToken, "verify", "-d", In("alice.pem"), $"oci:{In("encrypted")}:1").ConfigureAwait(false);
    }

    private async Task StepAsync(int expected, CancellationToken cancellationToken, params string[] arguments)
    {
        session.Output.WriteLine($"$ coffer {string.Join(' ', arguments)}");
        session.Output.Flush();
        var status = await Program.RunAsync(arguments, session, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (expected != 0) Say($"(exit status {status})");
        if (status != expected) throw new CofferException($"the step ended with status {status} where {expected} belongs");
        session.Output.WriteLine();
    }

    private void Say(string text)
    {
        session.Output.WriteLine($"# {text}");
        session.Output.Flush();
    }

    private static string Prepare(string folder)
    {
        try
        {
            var full = Directory.CreateDirectory(folder).FullName;
            if (Directory.EnumerateFileSystemEntries(full).Any()) throw new CofferException($"folder '{Printable.Of(folder)}' is not empty", ExitStatus.Usage, "give a new one");
            return full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"folder '{Printable.Of(folder)}' cannot be made", hint: "check its parent and its mode", inner: e);
        }
    }

    private static void WriteKeys(AsymmetricAlgorithm key, string privateFile, string publicFile)
    {
        using (var stream = new FileStream(privateFile, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        using (var writer = new StreamWriter(stream)) writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(publicFile, key.ExportSubjectPublicKeyInfoPem() + "\n");
    }
}
