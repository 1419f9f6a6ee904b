using System.Runtime.InteropServices;

namespace Coffer.Cli.Terminal;

/// <summary>A terminal that progress is drawn on.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
internal sealed partial record Screen(Func<int> Width, Func<int> Height)
{
    private const int UsualWidth = 80, UsualHeight = 24;
    private const int StandardError = 2;
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ of Linux, ioctl_tty(2)

    /// <summary>The terminal on standard error; null where there is none, or one that cannot move its cursor.</summary>
    // Asked of the kernel: the console class would set the terminal up for reading keys, which nobody asked for.
    public static Screen? OnStandardError() =>
        Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb"
            ? null
            : new Screen(() => Size().Columns, () => Size().Rows);

    private static (int Columns, int Rows) Size() =>
        ioctl(StandardError, GetWindowSize, out var size) == 0 && size is { Columns: > 0, Rows: > 0 }
            ? (size.Columns, size.Rows)
            : (UsualWidth, UsualHeight);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ioctl(int descriptor, nuint request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows, Columns, PixelWidth, PixelHeight;
    }
}
