using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>The executable as <c>coffer keyprovider serve</c>, in a process of its own.</summary>
internal sealed class ServeProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _errors = new();

    private ServeProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == "ready") _ready.TrySetResult();
            else if (line.Data is null) _ready.TrySetException(new InvalidOperationException($"it ended: {Errors}"));
        };
        _process.ErrorDataReceived += (_, line) => { if (line.Data is { } text) _errors.Enqueue(text); };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
    }

    public string Errors => string.Join('\n', _errors);

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>A folder with keys for it: one local key, <c>team-a</c>.</summary>
    public static string MakeKeys(TempDirectory folder)
    {
        var keys = folder.Combine("keys");
        Directory.CreateDirectory(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AddKey(keys, "team-a");
        return keys;
    }

    public static void AddKey(string keys, string id)
    {
        var path = Path.Combine(keys, $"{id}.1.key");
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(32));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static ServeProcess Launch(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new ServeProcess(start);
    }

    public static ServeProcess Launch(params string[] flags) => Launch(CofferBinary.Require(), ["keyprovider", "serve", .. flags]);

    public static async Task<ServeProcess> StartAsync(params string[] flags)
    {
        var process = Launch(flags);
        await process.ReadyAsync();
        return process;
    }

    public Task ReadyAsync() => _ready.Task.WaitAsync(TestDaemon.Patience);

    public Task SignalAsync(string signal) => Tool.RunAsync("kill", "-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Its exit status; 128 + n where signal n ended it.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TestDaemon.Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
