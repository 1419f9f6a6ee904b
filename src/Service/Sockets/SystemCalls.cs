using System.Runtime.InteropServices;
using Coffer.Oci;
using Microsoft.Win32.SafeHandles;

namespace Coffer.Service.Sockets;

/// <summary>The few system calls on sockets and files that .NET does not offer.</summary>
internal static partial class SystemCalls
{
    private const int LockExclusiveNow = 2 | 4;
    private const int ReadWriteCreateCloseOnExec = 2 | 0x40 | 0x80000;
    private const int OwnerOnly = 0x180; // 0600
    private const int UnixFamily = 1;
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;
    private const int MostGroupBytes = 1 << 20;

    /// <summary>Opens a file, and makes it with mode 0600 where it is missing. What .NET opens it locks as well, in its own way.</summary>
    /// <returns>Null where that cannot be done, with what the system says.</returns>
    public static SafeFileHandle? OpenOrCreate(string path, out string? error)
    {
        var descriptor = Open(path, ReadWriteCreateCloseOnExec, OwnerOnly);
        error = descriptor >= 0 ? null : Describe(Marshal.GetLastPInvokeError());
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
    }

    /// <summary>Takes the whole file's lock, or says at once that it is taken.</summary>
    public static bool TryLock(SafeFileHandle file) => Lock(file, LockExclusiveNow) == 0;

    /// <summary>A Unix stream socket that .NET knows nothing of: its own removes the path it was bound to when it is closed, whoever's that is by then.</summary>
    /// <exception cref="CofferException">The process has too many open files.</exception>
    public static SafeFileHandle OpenUnixSocket()
    {
        var descriptor = OpenSocket(UnixFamily, StreamCloseOnExec, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new CofferException($"a socket cannot be opened: {Describe(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Binds a socket to an address.</summary>
    /// <returns>0, or the error's number.</returns>
    public static int Bind(SafeFileHandle socket, ReadOnlySpan<byte> address) =>
        Bind(socket, address, (uint)address.Length) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Gives a path to a group, its owner unchanged, without following a last symbolic link.</summary>
    /// <returns>0, or the error's number.</returns>
    public static int ChangeGroup(string path, uint group) => ChangeOwner(path, uint.MaxValue, group) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Keeps a descriptor that was inherited from being inherited further.</summary>
    public static void EndInheritance(int descriptor) => _ = Control(descriptor, SetDescriptorFlags, CloseOnExec);

    /// <summary>The number of the group of that name, wherever the system's name service finds it; null where there is none.</summary>
    public static uint? GroupNumber(string name)
    {
        for (var size = 4096; size <= MostGroupBytes; size *= 4)
        {
            var group = new GroupEntry();
            var status = FindGroup(name, ref group, new byte[size], (nuint)size, out var found);
            if (status == 0) return found == 0 ? null : group.Number;
            if (status != 34 /* ERANGE */) return null;
        }
        return null;
    }

    /// <summary>What the system says of an error's number, such as <c>Permission denied</c>.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(SafeFileHandle socket, ReadOnlySpan<byte> address, uint length);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindGroup(string name, ref GroupEntry group, byte[] buffer, nuint length, out nint found);

    [StructLayout(LayoutKind.Sequential)]
    private struct GroupEntry
    {
        public nint Name;
        public nint Password;
        public uint Number;
        public nint Members;
    }
}
