using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Coffer.Jose;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;
using Coffer.Service.Files;
using Microsoft.Win32.SafeHandles;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>
/// Adds key files to a directory: each whole or not at all, closed to all but its owner from the first byte, on the disk before
/// it is reported, and never over another file.
/// </summary>
public static partial class KeyFileWriter
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;
    private const int CloseOnExec = 0x80000;
    private const int MostRaces = 100;

    /// <summary>Adds a key; the directory is made where it is absent (0700).</summary>
    /// <param name="directory">Where to.</param>
    /// <param name="id">See <see cref="VersionedKeyName"/>.</param>
    /// <param name="version">Null for one more than the newest.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="kid">The name under which packets made elsewhere know the key, which makes the file a JWK; null for none.</param>
    /// <returns>What the key is called.</returns>
    /// <exception cref="CofferException">The version or kid is there already, or the directory cannot be used.</exception>
    public static VersionedKeyName Add(string directory, string id, int? version, LockedBytes key, string? kid = null)
    {
        if (!VersionedKeyName.IsId(id)) throw new CofferException($"'{Printable.Of(id)}' is no key id", ExitStatus.Usage, "an id is 1 to 128 of A-Z a-z 0-9 . _ -, not beginning with a dot");
        try
        {
            Directory.CreateDirectory(directory, OwnerOnlyFolder);
            RefuseKnownKid(directory, kid);
            var content = ContentOf(key, kid);
            try
            {
                return AddContent(directory, id, version, kid is null ? KeyFileForm.Raw : KeyFileForm.Jwk, content);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(content);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CofferException($"the key directory {Printable.Of(directory)} may not be written by user {FileFacts.CurrentUser}", ExitStatus.Failed, "name another with --dir, or become its owner", e);
        }
    }

    private static VersionedKeyName AddContent(string directory, string id, int? version, KeyFileForm form, byte[] content)
    {
        var problems = new List<string>();
        if (KeyDirectoryPath.Check(directory, problems) is not { } real || problems.Count > 0) throw new BrokenKeyDirectoryException(directory, problems, problems.Count);
        for (var race = 0; ; race++)
        {
            var held = VersionsOf(real, id);
            var name = new VersionedKeyName(id, version ?? (held.Count == 0 ? 1 : held.Max() + 1));
            if (held.Contains(name.Version) || !TryWrite(real, KeyFileName.Of(name, form), content))
            {
                if (version is null && race < MostRaces) continue; // another one took that version meanwhile
                throw new CofferException($"{Printable.Of(directory)} has version {name.Version} of key '{id}' already", ExitStatus.Failed, "keys are never overwritten: leave --version out for a new version");
            }
            return name;
        }
    }

    private static HashSet<int> VersionsOf(string real, string id) =>
    [
        .. Directory.EnumerateFileSystemEntries(real).Select(e => KeyFileName.Parse(Path.GetFileName(e)))
            .Where(n => n?.Id == id).Select(n => n!.Version),
    ];

    // Both JWKs would claim the same packets, and the directory would be refused as a whole.
    private static void RefuseKnownKid(string directory, string? kid)
    {
        if (kid is null) return;
        var keys = KeyDirectory.Read(directory, groupMayRead: true);
        foreach (var key in keys) key.Dispose();
        if (keys.FirstOrDefault(k => k.ForeignKid == kid) is { } same) throw new CofferException($"the kid '{Printable.Of(kid)}' is that of {same.Name} already");
    }

    private static byte[] ContentOf(LockedBytes key, string? kid)
    {
        using var lease = key.Open();
        if (kid is null) return lease.Span.ToArray();
        using var bare = Jwk.FromSymmetric(lease.Span);
        using var named = bare.WithNames(kid, "A256GCM");
        return named.ToPrivateJson();
    }

    private static bool TryWrite(string real, string name, byte[] content)
    {
        var final = Path.Combine(real, name);
        var unfinished = Path.Combine(real, $".{name}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        try
        {
            using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnlyFile, BufferSize = 0 }))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            if (Link(unfinished, final) != 0) return File.Exists(final) ? false : throw new IOException($"{Printable.Of(final)} cannot be made (error {Marshal.GetLastPInvokeError()})");
        }
        finally
        {
            File.Delete(unfinished);
        }
        Sync(real);
        return true;
    }

    private static void Sync(string directory)
    {
        using var opened = new SafeFileHandle(OpenFile(directory, CloseOnExec), ownsHandle: true);
        if (opened.IsInvalid || FSync(opened) != 0) throw new IOException($"{Printable.Of(directory)} cannot be written to the disk (error {Marshal.GetLastPInvokeError()})");
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
