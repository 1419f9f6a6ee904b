using Coffer.Oci;
using Coffer.Registry.Files;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Registry.Archive;

/// <summary>A tar archive whose members are read where they stand. Safe for several readers at once.</summary>
internal sealed class TarArchive : IDisposable
{
    private const int LinksInARow = 8;
    private readonly SafeFileHandle _file;
    private readonly IReadOnlyDictionary<string, TarMember> _members;

    private TarArchive(SafeFileHandle file, IReadOnlyDictionary<string, TarMember> members, string location)
    {
        _file = file;
        _members = members;
        Location = location;
    }

    public string Location { get; }

    /// <summary>Opens an archive; a compressed one is unpacked as a whole into a private file that has no name.</summary>
    public static async ValueTask<TarArchive> OpenAsync(string path, string location, CancellationToken cancellationToken)
    {
        SafeFileHandle file;
        try
        {
            if (!File.Exists(path)) throw new CofferException($"{location}: there is no such file");
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            throw FileFault.Of(e, $"read {location}");
        }
        try
        {
            file = await Decompression.UnpackedAsync(file, location, cancellationToken).ConfigureAwait(false);
            return new TarArchive(file, FileFault.Guard($"read {location}", () => TarWalk.Index(file, location)), location);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The member of that name, links followed inside the archive; null where there is none.</summary>
    public TarMember? Find(string name)
    {
        var member = _members.GetValueOrDefault(name);
        for (var links = 0; member?.LinkTarget is { } target; links++)
        {
            if (links == LinksInARow) throw new MalformedImageException($"{Location}: the archive is refused: '{Printable.Of(name, 160)}' is a link to links without end");
            member = _members.GetValueOrDefault(target);
        }
        return member;
    }

    /// <summary>The member of that name if it is a file itself; null where there is none.</summary>
    /// <exception cref="MalformedImageException">It is a link.</exception>
    public TarMember? FindFile(string name) => _members.GetValueOrDefault(name) is not { } member ? null
        : member.LinkTarget is null ? member
        : throw new MalformedImageException($"{Location}: the archive is refused: '{Printable.Of(name, 160)}' is a link");

    /// <summary>A stream over exactly the member's bytes; the caller disposes it, before the archive.</summary>
    public Stream Open(TarMember member) => new FileSlice(_file, member.Offset, member.Size);

    /// <summary>A small member as a whole.</summary>
    public byte[] Read(TarMember member, int most)
    {
        if (member.Size > most) throw new MalformedImageException($"{Location}: '{Printable.Of(member.Name, 160)}' has {member.Size} bytes; the most that is read is {most}");
        var bytes = new byte[member.Size];
        using var stream = Open(member);
        FileFault.Guard($"read {Location}", () => stream.ReadExactly(bytes));
        return bytes;
    }

    public void Dispose() => _file.Dispose();
}
