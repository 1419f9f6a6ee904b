using Coffer.Oci;
using Coffer.Service.Files;

namespace Coffer.KeyProvider.Configuration;

/// <summary>The bytes of a configuration file. It decides which keys are used and who may call, so nobody else may be able to write it.</summary>
internal static class ConfigFile
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Its bytes; null where it is absent and need not be there.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="required">Whether it has to be there.</param>
    /// <exception cref="ConfigException">Absent, unreadable, too large, or others own it or may write it.</exception>
    public static byte[]? Read(string path, bool required)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (FileFacts.Of(file.SafeFileHandle) is not { } facts) throw Unusable(path, "the system does not say whose it is");
            if (!facts.IsOurs) throw Unusable(path, $"user {facts.Owner} owns it, who could change it: chown root {path}");
            if (facts.OthersMay(WritableByOthers)) throw Unusable(path, $"group or others may write it: chmod go-w {path}");
            var bytes = new byte[MaxBytes + 1]; // a pipe does not know its length
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxBytes ? bytes[..length] : throw Unusable(path, $"it is larger than {MaxBytes} bytes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && !required)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unusable(path, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : e is UnauthorizedAccessException ? "it cannot be read: permission denied, or not a file"
                : $"it cannot be read: {Printable.Of(e.Message)}");
        }
    }

    private static ConfigException Unusable(string path, string what) => new($"the configuration {Printable.Of(path)}", [$"{Printable.Of(path)}: {what}"]);
}
