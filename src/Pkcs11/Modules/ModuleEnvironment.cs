using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Modules;

/// <summary>
/// The variables that key files ask for, set in the C library's environment while a module that wants them is in use.
/// Not thread-safe by itself: <see cref="ModuleRegistry"/> calls it under its lock.
/// </summary>
internal static class ModuleEnvironment
{
    private sealed class Applied(string value, string? before)
    {
        public string Value { get; } = value;

        public string? Before { get; } = before;

        public int Uses { get; set; } = 1;
    }

    private static readonly Dictionary<string, Applied> s_applied = new(StringComparer.Ordinal);

    /// <summary>Sets all variables, or none and false when a module in use holds one of them to another value.</summary>
    public static bool TryApply(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            if (s_applied.TryGetValue(name, out var held) && !string.Equals(held.Value, value, StringComparison.Ordinal))
                return false;
        }
        foreach (var (name, value) in variables)
        {
            if (s_applied.TryGetValue(name, out var held))
            {
                held.Uses++;
                continue;
            }
            s_applied.Add(name, new Applied(value, LibC.GetEnvironmentVariable(name)));
            LibC.SetEnvironmentVariable(name, value);
        }
        return true;
    }

    /// <summary>Puts back what was there before the first user of each variable.</summary>
    public static void Release(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var name in variables.Keys)
        {
            if (!s_applied.TryGetValue(name, out var held) || --held.Uses > 0)
                continue;
            s_applied.Remove(name);
            LibC.SetEnvironmentVariable(name, held.Before);
        }
    }
}
