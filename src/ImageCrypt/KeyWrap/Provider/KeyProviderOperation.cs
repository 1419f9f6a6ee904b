namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>What a key provider is asked to do.</summary>
public enum KeyProviderOperation
{
    /// <summary><c>keywrap</c>: make a packet of a layer's private options.</summary>
    KeyWrap,

    /// <summary><c>keyunwrap</c>: give the private options back for a packet.</summary>
    KeyUnwrap,
}
