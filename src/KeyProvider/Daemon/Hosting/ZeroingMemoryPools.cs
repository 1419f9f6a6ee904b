using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>Has the web server use pools that zero what is given back.</summary>
internal sealed class ZeroingMemoryPools : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ZeroingMemoryPool();
}
