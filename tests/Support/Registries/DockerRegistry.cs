using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Coffer.Support;

/// <summary>
/// A real docker-registry on a free port of 127.0.0.1 with storage of its own, stopped and removed when disposed.
/// </summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    private const int Attempts = 5; // a free port may be taken before the registry binds it

    private readonly DockerRegistryOptions _options;
    private readonly TempDirectory _folder = new();
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    private DockerRegistry(DockerRegistryOptions options) => _options = options;

    /// <summary><c>127.0.0.1:PORT</c>, as references name it.</summary>
    public string Host { get; private set; } = string.Empty;

    /// <summary>Address of the API, with the scheme.</summary>
    public Uri Address => new($"{(_options.Tls ? "https" : "http")}://{Host}/");

    /// <summary>Folder with <c>ca.crt</c>, for <c>--cert-dir</c>. Empty of certificates without TLS.</summary>
    public string CertificateDirectory => _folder.Combine("certs.d");

    /// <summary>Folder that holds the blobs, for tests that spoil them.</summary>
    public string Storage => _folder.Combine("storage");

    /// <summary><c>user:password</c>, as <c>--creds</c> takes it.</summary>
    public string Credentials => $"{_options.User}:{_options.Password}";

    /// <summary>The token authority; null unless the registry asks for tokens.</summary>
    public RegistryTokenServer? Tokens { get; private set; }

    /// <summary>Everything the registry printed, access log included.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>
    /// The requests seen so far in the order of their ends, as <c>METHOD PATH STATUS</c>, for instance
    /// <c>GET /v2/a/blobs/sha256:... 200</c>.
    /// </summary>
    public IReadOnlyList<string> Requests => [.. _log.Select(RequestOf).OfType<string>()];

    /// <summary>Starts a registry and returns when it answers. A missing docker-registry fails or skips the test.</summary>
    public static async Task<DockerRegistry> StartAsync(DockerRegistryOptions? options = null, CancellationToken cancellationToken = default)
    {
        var program = Peers.Require("docker-registry");
        var registry = new DockerRegistry(options ?? new DockerRegistryOptions());
        try
        {
            await registry.PrepareAsync(cancellationToken);
            for (var attempt = 1; !await registry.TryStartAsync(program, cancellationToken); attempt++)
                if (attempt == Attempts)
                    throw new InvalidOperationException($"docker-registry does not start: {string.Join('\n', registry._log)}");
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client that trusts the registry's authority and nothing else; the caller disposes it.</summary>
    public HttpClient CreateClient(bool authenticated = true)
    {
        var handler = new SocketsHttpHandler();
        if (_options.Tls)
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509Certificate2.CreateFromPem(File.ReadAllText(_folder.Combine("ca.crt"))) },
            };
        var client = new HttpClient(handler) { BaseAddress = Address };
        if (authenticated && _options.Authentication == RegistryAuthentication.Basic)
            client.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials)));
        return client;
    }

    /// <summary>Ends the registry and removes its storage.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Tokens?.Dispose();
        _folder.Dispose();
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Storage);
        Directory.CreateDirectory(CertificateDirectory);
        if (_options.Tls)
        {
            RegistryCertificates.Write(_folder);
            File.Copy(_folder.Combine("ca.crt"), Path.Combine(CertificateDirectory, "ca.crt"));
        }

        if (_options.Authentication == RegistryAuthentication.Token)
        {
            Tokens = new RegistryTokenServer(_options.User, _options.Password);
            _folder.Write("tokens.crt", Tokens.CertificatePem);
        }

        if (_options.Authentication == RegistryAuthentication.Basic)
        {
            var input = new ToolOptions { Input = Encoding.UTF8.GetBytes(_options.Password) };
            var made = await Tool.RunAsync(Peers.Require("htpasswd"), ["-niB", "-C", "5", _options.User], input, cancellationToken);
            _folder.Write("htpasswd", made.ShouldSucceed().Output);
        }
    }

    private async Task<bool> TryStartAsync(string program, CancellationToken cancellationToken)
    {
        Host = $"127.0.0.1:{LoopbackPort.Free()}";
        var configuration = _folder.Write("registry.yml", DockerRegistryConfiguration.Write(_options, Host, _folder, Tokens));
        var start = Tool.StartInfo(program, ["serve", configuration], new ToolOptions());
        _process = Process.Start(start) ?? throw new InvalidOperationException("cannot start docker-registry");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var client = CreateClient(authenticated: false);
        for (var wait = 0; wait < 200 && !_process.HasExited; wait++)
        {
            if (await AnswersAsync(client, cancellationToken))
                return true;
            await Task.Delay(50, cancellationToken);
        }

        await StopAsync();
        return false;
    }

    private static async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri("v2/", UriKind.Relative), cancellationToken);
            return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task StopAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _log.Enqueue(line);
    }

    // Common log format: 127.0.0.1 - - [date] "GET /v2/ HTTP/1.1" 200 2 ...
    private static string? RequestOf(string line)
    {
        var parts = line.Split('"');
        var request = parts.Length > 2 && parts[0].StartsWith("127.0.0.1 ", StringComparison.Ordinal) ? parts[1].Split(' ') : [];
        return request.Length == 3 ? $"{request[0]} {request[1]} {parts[2].Trim().Split(' ')[0]}" : null;
    }
}
