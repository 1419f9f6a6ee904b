using Coffer.Registry.Config;

namespace Coffer.Registry.Tests.Remote;

/// <summary>Options that see nothing of the machine's own configuration.</summary>
internal static class OwnPlaces
{
    public static RegistryOptions Empty { get; } = Of("/nowhere");

    /// <summary>A machine whose <c>etc</c>, <c>run</c> and <c>home</c> are below the folder.</summary>
    public static RegistryOptions Of(string folder, params (string Name, string Value)[] variables) => new()
    {
        Places = new HostPlaces
        {
            Variable = name => variables.FirstOrDefault(v => v.Name == name).Value ?? (name == "HOME" ? Path.Combine(folder, "home") : null),
            Etc = Path.Combine(folder, "etc"),
            Run = Path.Combine(folder, "run"),
        },
    };
}
