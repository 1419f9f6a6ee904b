using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.Cli.Progress;

/// <summary>One plain line when a blob is done: for pipes, logs and continuous integration.</summary>
internal sealed class LineReporter(TextWriter error) : Reporter(error)
{
    private int _planned;
    private int _done;

    public override void Plan(int blobs, long bytes) => Interlocked.Add(ref _planned, blobs);

    public override IBlobObserver Begin(string doing, Descriptor blob) => new Blob(this, doing, blob);

    private void Done(string doing, Descriptor blob, bool reused)
    {
        var what = $"{doing} {Sizes.Short(blob.Digest)} {Sizes.Of(blob.Size)}";
        lock (Gate)
        {
            Error.WriteLine($"[{++_done}/{_planned}] {what}{(reused ? " (already there)" : "")}");
            Error.Flush();
        }
    }

    private sealed class Blob(LineReporter owner, string doing, Descriptor blob) : IBlobObserver
    {
        private bool _reused;

        public void Advance(long bytes) { }

        public void Reused() => _reused = true;

        public void Complete() => owner.Done(doing, blob, _reused);

        public void Dispose() { }
    }
}
