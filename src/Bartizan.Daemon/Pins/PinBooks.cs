using System.Collections.Concurrent;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Daemon.Pins;

/// <summary>The books of the manifests that this instance has run, one each.</summary>
internal sealed class PinBooks(string home)
{
    // Enough of a digest that no two paths share a file.
    private const int NameDigits = 32;

    private readonly ConcurrentDictionary<string, PinBook> _books = new(StringComparer.Ordinal);

    /// <summary>The book of a manifest, its lock read anew.</summary>
    public PinBook Open(string manifest)
    {
        var book = Of(manifest);
        book.Read();
        return book;
    }

    /// <summary>The same without reading.</summary>
    public PinBook Of(string manifest) =>
        _books.GetOrAdd(Path.GetFullPath(manifest), path => new PinBook(path, FirstUseOf(path)));

    private string FirstUseOf(string manifest) =>
        Path.Combine(home, "pins", Digest.Of(Encoding.UTF8.GetBytes(manifest)).ToString()[..NameDigits] + ".lock");
}
