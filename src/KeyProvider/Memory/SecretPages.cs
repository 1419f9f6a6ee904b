using System.Security.Cryptography;

namespace Coffer.KeyProvider.Memory;

/// <summary>
/// The pages of all secrets of the process. Small secrets share pages, since the system locks whole pages and few of them
/// (RLIMIT_MEMLOCK); a page is unlocked and unmapped only once nothing is left in it.
/// </summary>
internal static class SecretPages
{
    private static readonly Lock Gate = new();
    private static readonly int PageSize = Environment.SystemPageSize;
    private static readonly Dictionary<int, HashSet<SecretPage>> WithRoom = []; // by the size of a place

    public static (SecretPage Page, nint Address) Take(int length)
    {
        lock (Gate)
        {
            if (PlaceSize(length) is not { } size)
            {
                var whole = (length + PageSize - 1) / PageSize * PageSize;
                var own = new SecretPage((nuint)whole, whole);
                return (own, own.Take());
            }
            if (!WithRoom.TryGetValue(size, out var pages)) WithRoom.Add(size, pages = []);
            var page = pages.FirstOrDefault() ?? new SecretPage((nuint)PageSize, size);
            var place = page.Take();
            if (page.IsFull) pages.Remove(page);
            else pages.Add(page);
            return (page, place);
        }
    }

    public static unsafe void GiveBack(SecretPage page, nint address, int length)
    {
        CryptographicOperations.ZeroMemory(new Span<byte>((void*)address, length));
        lock (Gate)
        {
            page.GiveBack(address);
            if (!WithRoom.TryGetValue(page.PlaceSize, out var pages))
            {
                page.Unmap(); // a large secret had it alone
            }
            else if (!page.IsEmpty)
            {
                pages.Add(page);
            }
            else if (pages.Remove(page) && pages.Count == 0)
            {
                pages.Add(page); // the last one is kept for the next secret
            }
            else
            {
                page.Unmap();
            }
        }
    }

    // 64, 256 and 1024 bytes where a page has 4096.
    private static int? PlaceSize(int length)
    {
        for (var size = PageSize / 64; size < PageSize; size *= 4)
        {
            if (length <= size) return size;
        }
        return null;
    }
}
