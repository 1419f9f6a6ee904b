namespace Coffer.Registry.Files;

/// <summary>Makes directories and remembers which were new, so that a job that fails takes its own away again.</summary>
internal sealed class CreatedDirectories
{
    private readonly Stack<string> _made = new();

    /// <summary>Makes <paramref name="path"/> and the parents it lacks.</summary>
    public void Ensure(string path)
    {
        var full = Path.GetFullPath(path);
        var missing = new Stack<string>();
        for (var at = full; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) missing.Push(at);
        while (missing.TryPop(out var next))
        {
            Directory.CreateDirectory(next);
            _made.Push(next);
        }
    }

    /// <summary>From now on they stay.</summary>
    public void Keep() => _made.Clear();

    /// <summary>Removes those that are empty, innermost first.</summary>
    public void RemoveEmpty()
    {
        while (_made.TryPop(out var path))
        {
            try { Directory.Delete(path, recursive: false); }
            catch (Exception e) when (FileFault.Is(e)) { return; }
        }
    }
}
