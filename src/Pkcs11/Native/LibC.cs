using System.Runtime.InteropServices;

namespace Coffer.Pkcs11.Native;

/// <summary>
/// The C library's environment and path resolution. .NET keeps its own copy of the environment, which a module written in C
/// never sees; what such a module must see has to go through setenv.
/// </summary>
internal static partial class LibC
{
    public static string? GetEnvironmentVariable(string name) => Marshal.PtrToStringUTF8(getenv(name));

    public static void SetEnvironmentVariable(string name, string? value)
    {
        var result = value is null ? unsetenv(name) : setenv(name, value, 1);
        if (result != 0)
            throw new Pkcs11Exception($"the environment variable {name} of the module cannot be set");
    }

    /// <summary>The path with every link resolved, or null when it leads nowhere.</summary>
    public static string? RealPath(string path)
    {
        var resolved = realpath(path, 0);
        if (resolved == 0)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            free(resolved);
        }
    }

#pragma warning disable SYSLIB1054, IDE1006 // the names are C's
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getenv(string name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unsetenv(string name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint resolved);

    [LibraryImport("libc")]
    private static partial void free(nint memory);
#pragma warning restore SYSLIB1054, IDE1006
}
