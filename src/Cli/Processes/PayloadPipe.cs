using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Coffer.ImageCrypt.StreamProcessor;
using Coffer.Oci;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Cli.Processes;

/// <summary>The pipe on which containerd hands the payload to a stream processor.</summary>
internal static partial class PayloadPipe
{
    private const int Descriptor = 3;

    // fcntl(2) of Linux.
    private const int GetFlags = 1, CloseOnExec = 1;

    /// <summary>The payload. The caller disposes it.</summary>
    /// <exception cref="CofferException">There is no pipe, or what it holds is no payload.</exception>
    public static async Task<ProcessorPayload> ReadAsync(CancellationToken cancellationToken)
    {
        // A descriptor that came through exec cannot have this flag, and all that our runtime opens has it: without a
        // payload, 3 is a free number that anything of ours may have taken by now.
        var flags = fcntl(Descriptor, GetFlags);
        if (flags < 0 || (flags & CloseOnExec) != 0) throw MissingPayload.Error(Descriptor);
        var buffer = new byte[ProcessorPayload.MaxBytes + 1];
        var length = 0;
        try
        {
            using var handle = new SafeFileHandle(Descriptor, ownsHandle: true);
            var pipe = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            await using (pipe.ConfigureAwait(false))
            {
                length = await pipe.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }
            return ProcessorPayload.Read(buffer.AsSpan(0, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CofferException($"containerd's payload on file descriptor {Descriptor} cannot be read: {Printable.Of(e.Message)}", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer.AsSpan(0, length));
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fcntl(int descriptor, int command);
}
