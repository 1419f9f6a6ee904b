namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>The connection was lost after COMMIT was sent and before it was answered: it is not known whether the transaction stands, so that nobody repeats it unasked.</summary>
/// <param name="inner">How it was lost.</param>
internal sealed class LostCommitException(Exception inner) : Exception(inner.Message, inner);
