using System.Globalization;
using System.Net;
using Coffer.Oci;

namespace Coffer.Attestation.Tpm.Transport;

/// <summary>
/// Where a TPM is: <c>/dev/tpmrm0</c>, <c>/dev/tpm0</c>, <c>device:PATH</c>, <c>swtpm:HOST:PORT</c> or <c>swtpm:unix:PATH</c>, the last
/// two for the command channel (<c>--server</c>) of a software TPM.
/// </summary>
public abstract record TpmAddress
{
    private const string DevicePrefix = "device:";
    private const string UnixPrefix = "swtpm:unix:";
    private const string TcpPrefix = "swtpm:";
    private const int MostPathCharacters = 4096;
    private const int MostSocketPathBytes = 107; // sun_path less its final zero
    private static readonly string[] Devices = ["/dev/tpmrm0", "/dev/tpm0"];

    private protected TpmAddress()
    {
    }

    /// <summary>Whether it is a TPM of the machine that this process runs on, so that the machine's event log is that TPM's.</summary>
    internal abstract bool IsOfThisMachine { get; }

    /// <summary>The first device that exists, the one that shares the TPM among programs before the other.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: there is none.</exception>
    internal static TpmAddress FindDevice() =>
        Devices.FirstOrDefault(File.Exists) is { } path
            ? new TpmDeviceAddress(path)
            : throw new AttestationException(AttestationFault.Unavailable,
                "this machine has no TPM: neither /dev/tpmrm0 nor /dev/tpm0 exists", "turn the TPM on in the firmware's settings, or name another with --tpm");

    /// <summary>Reads an address.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="insecureRemoteTpm">Whether a software TPM may be on another machine: commands and answers of TPMs travel in the clear.</param>
    /// <exception cref="CofferException">It is none (<see cref="ExitStatus.Usage"/>).</exception>
    internal static TpmAddress Parse(string text, bool insecureRemoteTpm = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("/dev/tpm", StringComparison.Ordinal)) return Device(text, text);
        if (text.StartsWith(DevicePrefix, StringComparison.Ordinal)) return Device(text[DevicePrefix.Length..], text);
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal)) return UnixSocket(text[UnixPrefix.Length..], text);
        if (text.StartsWith(TcpPrefix, StringComparison.Ordinal)) return Tcp(text[TcpPrefix.Length..], text, insecureRemoteTpm);
        throw Wrong(text, "is not the address of a TPM");
    }

    private static TpmDeviceAddress Device(string path, string text) =>
        path.Length is > 0 and <= MostPathCharacters && Path.IsPathRooted(path) ? new TpmDeviceAddress(path) : throw Wrong(text, "names no absolute path of a device");

    private static TpmUnixAddress UnixSocket(string path, string text) =>
        path.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(path) <= MostSocketPathBytes
            ? new TpmUnixAddress(path)
            : throw Wrong(text, $"names no socket (its path has 1 to {MostSocketPathBytes} bytes)");

    private static TpmTcpAddress Tcp(string rest, string text, bool insecureRemoteTpm)
    {
        var colon = rest.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            throw Wrong(text, "has no port from 1 to 65535 at its end");
        }
        var host = rest[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) throw Wrong(text, "names no host");
        if (!insecureRemoteTpm && !IsLoopback(host))
        {
            throw new CofferException($"the TPM address '{Printable.Of(text)}' is not on this machine, and what goes to a TPM and comes from it travels in the clear",
                ExitStatus.Usage, "use a loopback address, or accept that with --insecure-remote-tpm");
        }
        return new TpmTcpAddress(host, port);
    }

    // A name other than localhost may lead anywhere, whatever it resolves to now.
    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static CofferException Wrong(string text, string why) => new(
        $"'{Printable.Of(text)}' {why}", ExitStatus.Usage, "write /dev/tpmrm0, /dev/tpm0, device:PATH, swtpm:HOST:PORT or swtpm:unix:PATH");
}

/// <summary>A device file of the kernel.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record TpmDeviceAddress(string Path) : TpmAddress
{
    /// <inheritdoc/>
    internal override bool IsOfThisMachine => true;

    /// <inheritdoc/>
    public override string ToString() => Path.StartsWith("/dev/tpm", StringComparison.Ordinal) ? Path : $"device:{Path}";
}

/// <summary>A software TPM that listens on a Unix socket.</summary>
/// <param name="Path">Of the socket.</param>
internal sealed record TpmUnixAddress(string Path) : TpmAddress
{
    /// <inheritdoc/>
    internal override bool IsOfThisMachine => false;

    /// <inheritdoc/>
    public override string ToString() => $"swtpm:unix:{Path}";
}

/// <summary>A software TPM that listens on a TCP port.</summary>
/// <param name="Host">Name or address, an IPv6 one without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record TpmTcpAddress(string Host, int Port) : TpmAddress
{
    /// <inheritdoc/>
    internal override bool IsOfThisMachine => false;

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"swtpm:[{Host}]:{Port}" : $"swtpm:{Host}:{Port}";
}
