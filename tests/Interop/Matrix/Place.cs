namespace Coffer.Interop.Matrix;

/// <summary>Where the encrypted image lies between the two.</summary>
internal enum Place
{
    /// <summary>An OCI layout on disk.</summary>
    Layout,

    /// <summary>A real registry on the loopback interface.</summary>
    Registry,
}
