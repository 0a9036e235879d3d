using Bartizan.Vault.Authority;

namespace Bartizan.Interception.Bench;

/// <summary>Keeps the authority of one run.</summary>
internal sealed class MemoryDisk : IAuthorityDisk
{
    private string? _text;

    public string? Read() => _text;

    public void Replace(string text) => _text = text;
}
