using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>The folder in which a node keeps its keys and where it is enrolled: mode 0700, files 0600, each replaced as a whole.</summary>
/// <param name="path">Made when something is first written.</param>
internal sealed class StateFolder(string path)
{
    private const int MostBytes = 64 * 1024;
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode MineToEnter = Mine | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The content of a file, or null where there is none.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: it cannot be read, has more than 64 KiB, or
    /// others may write to the folder.</exception>
    public byte[]? Read(string name)
    {
        try
        {
            Check();
            using var file = new FileStream(Path.Combine(path, name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (file.Length > MostBytes) throw Unusable($"{Of(name)} has more than {MostBytes} bytes");
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"{Of(name)} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes a file, so that a reader and a crash see the old content or the new one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: it cannot be written.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var beside = Path.Combine(path, $".{name}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        try
        {
            Make();
            using (var file = new FileStream(beside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mine }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, Path.Combine(path, name), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(beside);
            throw Unusable($"{Of(name)} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Waits until no other process makes keys in the folder, and keeps them from it until the result is disposed.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the folder cannot be used.</exception>
    public async Task<IDisposable> LockAsync(TimeProvider time, TimeSpan patience, CancellationToken cancellationToken)
    {
        const int wouldBlock = 11; // EAGAIN
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                Make();
                return new FileStream(Path.Combine(path, ".lock"), new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = Mine,
                });
            }
            catch (IOException e) when ((e.HResult & 0xFFFF) == wouldBlock)
            {
                if (time.GetElapsedTime(began) >= patience)
                    throw new AttestationException(AttestationFault.Unavailable, $"another process works in {Printable.Of(path)} for more than {patience.TotalSeconds:0.#} seconds", "end it, or try again", e);
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Unusable($"{Printable.Of(path)} cannot be used: {e.Message}", e);
            }
        }
    }

    private void Make()
    {
        Directory.CreateDirectory(path, MineToEnter);
        Check();
    }

    // Whoever can replace the files can make the node attest with a key of their own; what they hold is no secret.
    private void Check()
    {
        if (Directory.Exists(path) && (File.GetUnixFileMode(path) & WritableByOthers) != 0)
        {
            throw Unusable($"{Printable.Of(path)} can be written by others: chmod 0700");
        }
    }

    private string Of(string name) => Printable.Of(Path.Combine(path, name));

    private static AttestationException Unusable(string problem, Exception? inner = null) =>
        new(AttestationFault.Unavailable, problem, "the state folder (--state) belongs to one user alone: mode 0700, files 0600", inner);
}
