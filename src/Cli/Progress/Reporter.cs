using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.Cli.Progress;

/// <summary>
/// Tells a person how the work goes, always on stderr: lower case, no closing dot, <c>coffer:</c> before what is not
/// progress. Safe for several threads at once.
/// </summary>
internal abstract class Reporter(TextWriter error) : ITransferObserver, IDisposable
{
    /// <summary>Held while anything is written.</summary>
    protected Lock Gate { get; } = new();

    protected TextWriter Error { get; } = error;

    public virtual void Plan(int blobs, long bytes) { }

    public abstract IBlobObserver Begin(string doing, Descriptor blob);

    /// <summary>Something to know that does not stop the work.</summary>
    public void Warn(string message) => Say($"coffer: warning: {Printable.Of(message, 4096)}");

    /// <summary>Something worth saying that is no warning; a quiet reporter leaves it out.</summary>
    public virtual void Note(string message) => Say($"coffer: {Printable.Of(message, 4096)}");

    /// <summary>Leaves the place clean for what is printed next.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected virtual void Say(string line)
    {
        lock (Gate)
        {
            Error.WriteLine(line);
            Error.Flush();
        }
    }
}
