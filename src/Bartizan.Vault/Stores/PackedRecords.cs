using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>
/// A manifest's records as they lie in it, in the order of their paths, and the boxes that it names. The whole form is walked over once,
/// so that nothing is missing, twice or too much; a record is read, and its boxes are compared with their digests, when it is asked for.
/// </summary>
internal sealed class PackedRecords
{
    /// <summary>The fewest bytes of a record: an empty path's length, whether it was removed, and how many versions it has.</summary>
    private const int LeastBytes = 9;

    private readonly ReadOnlyMemory<byte> _records;
    private readonly ReadOnlyMemory<byte> _boxes;
    private readonly (int Record, int Boxes)[] _places;

    /// <exception cref="InvalidDataException">When that is none.</exception>
    public PackedRecords(ReadOnlyMemory<byte> records, ReadOnlyMemory<byte> boxes)
    {
        (_records, _boxes) = (records, boxes);
        var from = new FieldReader(records.Span);
        var rest = new FieldReader(boxes.Span);
        var count = from.Whole();
        if (count > (uint)from.Left / LeastBytes)
        {
            throw new InvalidDataException("it ends too early");
        }

        _places = new (int, int)[count];
        ReadOnlySpan<byte> before = default;
        for (var i = 0; i < _places.Length; i++)
        {
            _places[i] = (records.Length - from.Left, boxes.Length - rest.Left);
            var path = from.Bytes();
            // INVARIANT: a path stands once, and where a search by halves finds it.
            if (i > 0 && path.SequenceCompareTo(before) <= 0)
            {
                throw new InvalidDataException("its paths aren't in order");
            }

            before = path;
            _ = from.Byte();
            for (var left = from.Whole(); left > 0; left--)
            {
                rest.Raw(VaultVersion.Skip(ref from));
            }
        }

        from.End();
        rest.End();
    }

    /// <summary>Every record.</summary>
    /// <exception cref="InvalidDataException">When a value isn't what was written.</exception>
    public IEnumerable<VaultRecord> All() => _places.Select(Read);

    /// <summary>The record of a path; null when there is none.</summary>
    /// <exception cref="InvalidDataException">When a value of it isn't what was written.</exception>
    public VaultRecord? Find(string path)
    {
        var wanted = Encoding.UTF8.GetBytes(path);
        var (low, high) = (0, _places.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = new FieldReader(_records.Span[_places[middle].Record..]).Bytes().SequenceCompareTo(wanted);
            if (order == 0)
            {
                return Read(_places[middle]);
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    private VaultRecord Read((int Record, int Boxes) place)
    {
        var from = new FieldReader(_records.Span[place.Record..]);
        var rest = new FieldReader(_boxes.Span[place.Boxes..]);
        var path = from.Text();
        var removed = from.Byte() != 0;
        var versions = ImmutableArray.CreateBuilder<VaultVersion>();
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (var more = from.Whole(); more > 0; more--)
        {
            var (version, length) = VaultVersion.Read(ref from);
            var box = rest.Raw(length);
            if (length > 0)
            {
                SHA256.HashData(box, digest);
                if (!digest.SequenceEqual(version.Digest.AsSpan()))
                {
                    throw new InvalidDataException($"`{path}` isn't what was written");
                }
            }

            versions.Add(version with { Box = [.. box] });
        }

        return new VaultRecord(path, versions.ToImmutable()) { Removed = removed };
    }
}
