using System.Runtime.InteropServices;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Modules;

/// <summary>
/// The modules of this process. Each is loaded once and stays loaded; it is initialized (C_Initialize, with the operating
/// system's locking) when its first user comes and finalized when the last one leaves, so that the next user may bring another
/// environment, as with two key files that name two softhsm2 configurations. Thread-safe.
/// </summary>
internal static class ModuleRegistry
{
    private sealed class Module
    {
        public CryptokiFunctions Functions { get; set; }

        public bool Loaded { get; set; }

        public bool OwnsInitialization { get; set; }

        public int Users { get; set; }

        public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();
    }

    private static readonly object s_gate = new();
    private static readonly Dictionary<string, Module> s_modules = new(StringComparer.Ordinal);

    /// <summary>How long a user with another environment waits for the present ones to leave.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Loads and initializes the module at <paramref name="path"/> with <paramref name="environment"/> set.</summary>
    /// <exception cref="Pkcs11Exception">It cannot be loaded or initialized, or is busy with another environment.</exception>
    public static ModuleLease Acquire(string path, IReadOnlyDictionary<string, string> environment)
    {
        var key = LibC.RealPath(path) ?? throw new Pkcs11Exception($"the PKCS #11 module {path} does not exist");
        var deadline = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        lock (s_gate)
        {
            if (!s_modules.TryGetValue(key, out var module))
                s_modules.Add(key, module = new Module());
            while (true)
            {
                if (module.Users > 0 && Same(module.Environment, environment))
                {
                    module.Users++;
                    return new ModuleLease(key, module.Functions);
                }
                if (module.Users == 0 && ModuleEnvironment.TryApply(environment))
                {
                    Start(module, key, environment);
                    return new ModuleLease(key, module.Functions);
                }
                var left = deadline - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(s_gate, TimeSpan.FromMilliseconds(left)))
                {
                    throw new Pkcs11Exception($"the PKCS #11 module {path} is in use with other environment variables",
                        "keys of one module that are used at the same time need the same module.env");
                }
            }
        }
    }

    internal static void Release(string key)
    {
        lock (s_gate)
        {
            var module = s_modules[key];
            if (--module.Users > 0)
                return;
            if (module.OwnsInitialization)
                _ = module.Functions.FinalizeModule();
            ModuleEnvironment.Release(module.Environment);
            Monitor.PulseAll(s_gate);
        }
    }

    private static void Start(Module module, string path, IReadOnlyDictionary<string, string> environment)
    {
        var started = false;
        try
        {
            if (!module.Loaded)
            {
                module.Functions = CryptokiFunctions.Load(LoadLibrary(path), path);
                module.Loaded = true;
            }
            module.OwnsInitialization = Initialize(module.Functions, path);
            module.Environment = environment;
            module.Users = 1;
            started = true;
        }
        finally
        {
            if (!started)
                ModuleEnvironment.Release(environment);
        }
    }

    private static nint LoadLibrary(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new Pkcs11Exception($"the PKCS #11 module {path} cannot be loaded", "it must be a shared library for this processor, readable by this user", e);
        }
    }

    private static unsafe bool Initialize(CryptokiFunctions functions, string path)
    {
        var arguments = new CkInitializeArguments { Flags = Ck.OsLockingOk };
        var result = functions.Initialize(&arguments);
        if (result == ReturnValue.AlreadyInitialized)
            return false;
        if (result != ReturnValue.Ok)
        {
            throw new Pkcs11Exception($"the PKCS #11 module {path} does not start: C_Initialize failed: {ReturnValue.Name(result)}",
                ReturnValue.Advice(result), result);
        }
        return true;
    }

    private static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other)
    {
        if (one.Count != other.Count)
            return false;
        foreach (var (name, value) in one)
        {
            if (!other.TryGetValue(name, out var theirs) || !string.Equals(value, theirs, StringComparison.Ordinal))
                return false;
        }
        return true;
    }
}
