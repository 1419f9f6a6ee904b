using System.Globalization;
using System.Runtime.InteropServices;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Users and groups by name or number, as the machine knows them (passwd(5), group(5) and what else its name service reads).</summary>
internal static partial class AccountNames
{
    private const int NumberOffset = 2; // in words: struct passwd and struct group begin with two pointers, name and password

    // The C library answers in memory that the next question overwrites.
    private static readonly Lock OneQuestion = new();

    /// <summary>The user's number; null where nobody has that name.</summary>
    public static uint? FindUser(string nameOrNumber) => Find(nameOrNumber, getpwnam);

    /// <summary>The group's number; null where no group has that name.</summary>
    public static uint? FindGroup(string nameOrNumber) => Find(nameOrNumber, getgrnam);

    private static unsafe uint? Find(string text, Func<string, nint> ask)
    {
        if (text.Length > 0 && text.All(char.IsAsciiDigit))
        {
            // The largest stands for nobody in the kernel's calls.
            return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue ? number : null;
        }
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal)) return null;
        lock (OneQuestion)
        {
            var entry = (nint*)ask(text);
            return entry is null ? null : *(uint*)(entry + NumberOffset);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getpwnam(string name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getgrnam(string name);
}
