using System.Diagnostics;
using System.Security.Cryptography;

namespace Bartizan.Vault;

/// <summary>
/// A secret in memory: held where the garbage collector doesn't copy it, zeroed when disposed, printed as <c>***</c>, nothing
/// in it for a serialiser. It is used only inside a call, never handed out.
/// </summary>
[DebuggerDisplay("***")]
public sealed class Secret : IDisposable
{
    private readonly Lock _lock = new();
    private readonly char[] _text;
    private bool _disposed;

    /// <summary>Takes a copy; who had the original should wipe it.</summary>
    public Secret(ReadOnlySpan<char> text)
    {
        _text = GC.AllocateUninitializedArray<char>(text.Length, pinned: true);
        text.CopyTo(_text);
    }

    /// <summary>Lets code use the secret. It must not keep the memory: it is zeroed with the secret.</summary>
    /// <exception cref="ObjectDisposedException">When the secret is gone.</exception>
    public void Use(Action<ReadOnlyMemory<char>> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            use(_text);
        }
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => "***";

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_text.AsSpan()));
        }
    }
}
