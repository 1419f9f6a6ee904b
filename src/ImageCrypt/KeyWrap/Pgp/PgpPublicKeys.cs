using System.ComponentModel;
using Coffer.ImageCrypt.KeyWrap.Processes;
using Coffer.Oci;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>
/// Finds recipients' public keys: in the keyring file that <see cref="Variable"/> names, else in the user's own keyring
/// through gpg (which honours GNUPGHOME), else in a file of that name.
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="time">Decides what has expired.</param>
internal sealed class PgpPublicKeys(Func<string, string?> environment, TimeProvider time)
{
    /// <summary>Names a public keyring file that is used in place of gpg.</summary>
    public const string Variable = "COFFER_PGP_PUBLIC_KEYRING";

    private const string Hint = "write pgp:USER@HOST, pgp:FINGERPRINT or pgp:./FILE with one public key";

    /// <summary>The key to encrypt to.</summary>
    /// <exception cref="CofferException">No such recipient, several of them, or none whose key can encrypt: says which and why.</exception>
    public async Task<PgpPublicKey> FindAsync(string recipient, CancellationToken cancellationToken)
    {
        var shown = Printable.Of(recipient);
        if (IsPath(recipient)) return Choose(shown, FromFile(recipient));
        var keyring = environment(Variable);
        if (!string.IsNullOrEmpty(keyring))
        {
            var known = FromFile(keyring).Where(c => c.Matches(recipient)).ToList();
            return known.Count > 0 ? Choose(shown, known) : Otherwise(recipient, shown, $"is not in {Printable.Of(keyring)}, which {Variable} names");
        }
        var gpg = ProgramPath.Find("gpg", environment("PATH")) ?? ProgramPath.Find("gpg2", environment("PATH"));
        if (gpg is null) return Otherwise(recipient, shown, "cannot be looked up: gpg is not installed");
        var exported = Read(await ExportAsync(gpg, recipient, cancellationToken).ConfigureAwait(false), "what gpg exports");
        var found = exported.Where(c => c.Matches(recipient)).ToList();
        return found.Count > 0 ? Choose(shown, found) : Otherwise(recipient, shown, "is not in gpg's keyring");
    }

    private PgpPublicKey Otherwise(string recipient, string shown, string why) => File.Exists(recipient)
        ? Choose(shown, FromFile(recipient))
        : throw new CofferException($"OpenPGP recipient '{shown}' {why}", hint: Hint);

    private static PgpPublicKey Choose(string shown, IReadOnlyList<PgpCertificate> certificates)
    {
        var usable = new List<(PgpCertificate Certificate, PgpPublicKey Key)>();
        var refusals = new List<string>();
        foreach (var certificate in certificates)
        {
            if (certificate.EncryptionKey(out var reason) is { } key) usable.Add((certificate, key));
            else refusals.Add($"{certificate.Id}: {reason}");
        }
        return usable.Count switch
        {
            1 => usable[0].Key,
            0 when refusals.Count == 0 => throw new CofferException($"OpenPGP recipient '{shown}' holds no public key", hint: Hint),
            0 => throw new CofferException($"OpenPGP recipient '{shown}' has no key to encrypt to ({string.Join("; ", refusals.Take(8))})"),
            _ => throw new CofferException(
                $"OpenPGP recipient '{shown}' is ambiguous: {string.Join(", ", usable.Take(8).Select(u => u.Certificate.Id))}",
                hint: "name one key by its id or fingerprint: pgp:FINGERPRINT"),
        };
    }

    private static async Task<byte[]> ExportAsync(string gpg, string recipient, CancellationToken cancellationToken)
    {
        // The star makes gpg search for the text as part of a user id, whatever it begins with; what matches is decided by us.
        List<string> arguments = ["--batch", "--no-tty", "--no-auto-check-trustdb", "--export", "--", "*" + recipient];
        if (PgpUserId.AsHex(recipient) is { } hex) arguments.Add(hex);
        ProgramOutcome outcome;
        try
        {
            var run = new ProgramRun(gpg, arguments) { MaxOutput = PgpKeyrings.MaxBytes };
            outcome = await run.RunAsync(default, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw new CofferException($"{gpg} cannot be started: {Printable.Of(e.Message)}", inner: e);
        }
        return outcome switch
        {
            { End: ProgramEnd.TimedOut } => throw new CofferException($"gpg did not export its public keys in time: {outcome.Complaint}"),
            { End: ProgramEnd.TooMuchOutput } => throw new CofferException("gpg exports more than 16 MiB of public keys", hint: Hint),
            { ExitCode: not 0, Output.Length: 0 } => throw new CofferException($"gpg cannot export public keys (exit status {outcome.ExitCode}): {outcome.Complaint}"),
            _ => outcome.Output,
        };
    }

    private List<PgpCertificate> FromFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > PgpKeyrings.MaxBytes) throw new CofferException($"keyring {Printable.Of(path)} is larger than {PgpKeyrings.MaxBytes} bytes");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Read(bytes, Printable.Of(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CofferException($"OpenPGP keyring {Printable.Of(path)} cannot be read: {Printable.Of(e.Message)}", hint: Hint, inner: e);
        }
    }

    private List<PgpCertificate> Read(byte[] bytes, string where)
    {
        try
        {
            return [.. PgpKeyrings.ReadPublic(bytes).Select(r => new PgpCertificate(r, time.GetUtcNow()))];
        }
        catch (FormatException e)
        {
            throw new CofferException($"{where} is {e.Message}", hint: "give a file that gpg --export made", inner: e);
        }
    }

    private static bool IsPath(string recipient) =>
        recipient.StartsWith('/') || recipient.StartsWith("./", StringComparison.Ordinal) || recipient.StartsWith("../", StringComparison.Ordinal);
}
