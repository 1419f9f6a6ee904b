using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Coffer.Oci;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Cli.Terminal;

/// <summary>Asks for a password on the controlling terminal, without echo, whatever stdin and stdout are.</summary>
internal static partial class PasswordPrompt
{
    private const int MostBytes = 1024;

    /// <summary>The password in UTF-8; null where the process has no terminal.</summary>
    public static async ValueTask<byte[]?> AskAsync(string source, CancellationToken cancellationToken)
    {
        using var terminal = Open();
        if (terminal is null) return null;
        using var silence = EchoOff.Try(terminal.SafeFileHandle);
        if (silence is null) return null;
        terminal.Write(Encoding.UTF8.GetBytes($"Password for {Printable.Of(source)}: "));
        try
        {
            // A read of a terminal cannot be cancelled; what is cancelled is the waiting for it.
            return await Task.Run(() => ReadLine(terminal), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            terminal.Write("\n"u8);
        }
    }

    private static FileStream? Open()
    {
        try
        {
            return new FileStream("/dev/tty", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] ReadLine(FileStream terminal)
    {
        var buffer = new byte[MostBytes];
        try
        {
            for (var length = 0; length < buffer.Length; length++)
            {
                var count = terminal.Read(buffer.AsSpan(length, 1));
                if (count == 0 || buffer[length] == (byte)'\n') return buffer.AsSpan(0, length).ToArray();
            }
            throw new CofferException($"the password has more than the {MostBytes} bytes that are read");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>A terminal whose echo is off until disposal (termios(3)).</summary>
    private sealed partial class EchoOff : IDisposable
    {
        // Linux's struct termios: four 32-bit flag words, of which the fourth is c_lflag; 60 bytes in glibc and musl.
        private const int TermiosBytes = 128, LocalFlags = 3 * sizeof(uint);
        private const uint Echo = 0x8;
        private const int AfterFlush = 2;

        private readonly SafeFileHandle _terminal;
        private readonly byte[] _before;

        private EchoOff(SafeFileHandle terminal, byte[] before)
        {
            _terminal = terminal;
            _before = before;
        }

        public static EchoOff? Try(SafeFileHandle terminal)
        {
            var before = new byte[TermiosBytes];
            if (tcgetattr(terminal, before) != 0) return null;
            var silent = (byte[])before.Clone();
            MemoryMarshal.Cast<byte, uint>(silent.AsSpan(LocalFlags, sizeof(uint)))[0] &= ~Echo;
            return tcsetattr(terminal, AfterFlush, silent) == 0 ? new EchoOff(terminal, before) : null;
        }

        public void Dispose() => _ = tcsetattr(_terminal, AfterFlush, _before);

        [LibraryImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int tcgetattr(SafeFileHandle terminal, byte[] state);

        [LibraryImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int tcsetattr(SafeFileHandle terminal, int when, byte[] state);
    }
}
