using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Config;

namespace Coffer.Registry.Auth;

/// <summary>
/// Asks <c>docker-credential-NAME get</c>: the host on standard input, a JSON object with <c>Username</c> and
/// <c>Secret</c> on standard output. The program is looked for on PATH alone, its answer and its time are bounded.
/// </summary>
internal static class CredentialHelper
{
    private const int MostBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>Null where the helper knows nothing of the host.</returns>
    /// <exception cref="CofferException">It is not on PATH, fails, hangs or talks nonsense.</exception>
    public static async Task<RegistryCredentials?> GetAsync(string name, string host, HostPlaces places, CancellationToken cancellationToken)
    {
        var program = "docker-credential-" + name;
        var start = new ProcessStartInfo(Find(name, program, places)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("get");
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(Patience);
        using var process = Start(start, program);
        try
        {
            var output = ReadAsync(process.StandardOutput.BaseStream, program, time.Token);
            var errors = ReadAsync(process.StandardError.BaseStream, program, time.Token);
            await WriteAsync(process, host, time.Token).ConfigureAwait(false);
            var answer = await output.ConfigureAwait(false);
            var complaint = await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(time.Token).ConfigureAwait(false);
            if (process.ExitCode == 0) return Read(answer, program);
            var said = Encoding.UTF8.GetString(answer.Length > 0 ? answer : complaint).Trim();
            // The one sentence by which every helper says that it has nothing.
            if (said.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)) return null;
            throw new CofferException($"credential helper {program} failed for {host} with status {process.ExitCode}: {Printable.Of(said, 160)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CofferException($"credential helper {program} does not answer within {Patience.TotalSeconds} s");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static string Find(string name, string program, HostPlaces places)
    {
        if (name.Length > 64 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new CofferException($"'{Printable.Of(name)}' is not the name of a credential helper");
        }
        // Process.Start would look beside our own executable and in the working directory first.
        foreach (var folder in (places.Variable("PATH") ?? "").Split(':').Where(Path.IsPathRooted))
        {
            var candidate = Path.Combine(folder, program);
            if (File.Exists(candidate)) return candidate;
        }
        throw new CofferException($"the credential helper {program} is not on PATH", hint: "an auth file names it under credHelpers or credsStore: install it or remove the entry");
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start) ?? throw new CofferException($"the credential helper {program} does not start");
        }
        catch (Win32Exception e)
        {
            throw new CofferException($"the credential helper {program} does not start: {Printable.Of(e.Message)}", inner: e);
        }
    }

    private static async Task WriteAsync(Process process, string host, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(host + "\n"), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its status tells.
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, string program, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostBytes + 1];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return count <= MostBytes ? buffer[..count] : throw new CofferException($"credential helper {program} answers with more than {MostBytes} bytes");
    }

    private static RegistryCredentials? Read(byte[] answer, string program)
    {
        try
        {
            using var json = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 16 });
            if (json.RootElement.TryGetProperty("Username", out var user) && json.RootElement.TryGetProperty("Secret", out var secret)
                && user.GetString() is { } name && secret.GetString() is { } password)
            {
                return name.Length == 0 && password.Length == 0 ? null : RegistryCredentials.FromHelper(name, password);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said below, without the text.
        }
        throw new CofferException($"credential helper {program} does not answer with Username and Secret");
    }
}
