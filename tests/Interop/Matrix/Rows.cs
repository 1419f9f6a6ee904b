namespace Coffer.Interop.Matrix;

/// <summary>Test data that reports show by its whole name; a plain argument would be cut short.</summary>
internal static class Rows
{
    public static TheoryData<string> Named(IEnumerable<object> items) =>
        [.. items.Select(i => new TheoryDataRow<string>(i.ToString()!) { Label = i.ToString() })];
}
