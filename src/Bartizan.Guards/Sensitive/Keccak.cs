using System.Buffers.Binary;
using System.Numerics;

namespace Bartizan.Guards.Sensitive;

/// <summary>Keccak-256 with its first padding, as Ethereum uses it; SHA-3 pads otherwise. For checksums, not for secrets.</summary>
internal static class Keccak
{
    private const int Rate = 136;

    private static readonly ulong[] _constants =
    [
        0x0000000000000001,
        0x0000000000008082,
        0x800000000000808A,
        0x8000000080008000,
        0x000000000000808B,
        0x0000000080000001,
        0x8000000080008081,
        0x8000000000008009,
        0x000000000000008A,
        0x0000000000000088,
        0x0000000080008009,
        0x000000008000000A,
        0x000000008000808B,
        0x800000000000008B,
        0x8000000000008089,
        0x8000000000008003,
        0x8000000000008002,
        0x8000000000000080,
        0x000000000000800A,
        0x800000008000000A,
        0x8000000080008081,
        0x8000000000008080,
        0x0000000080000001,
        0x8000000080008008,
    ];

    private static readonly int[] _turns =
    [
        1,
        3,
        6,
        10,
        15,
        21,
        28,
        36,
        45,
        55,
        2,
        14,
        27,
        41,
        56,
        8,
        25,
        43,
        62,
        18,
        39,
        61,
        20,
        44,
    ];

    private static readonly int[] _lanes =
    [
        10,
        7,
        11,
        17,
        18,
        3,
        5,
        16,
        8,
        21,
        24,
        4,
        15,
        23,
        19,
        13,
        12,
        2,
        20,
        14,
        22,
        9,
        6,
        1,
    ];

    /// <summary>The hash of at most one block: 135 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> block = stackalloc byte[Rate];
        block.Clear();
        bytes.CopyTo(block);
        block[bytes.Length] = 0x01;
        block[Rate - 1] |= 0x80;
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        for (var at = 0; at < Rate / sizeof(ulong); at++)
        {
            state[at] = BinaryPrimitives.ReadUInt64LittleEndian(block[(at * sizeof(ulong))..]);
        }

        Permute(state);
        var hash = new byte[32];
        for (var at = 0; at < 4; at++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(at * sizeof(ulong)), state[at]);
        }

        return hash;
    }

    private static void Permute(Span<ulong> state)
    {
        Span<ulong> row = stackalloc ulong[5];
        foreach (var constant in _constants)
        {
            for (var x = 0; x < 5; x++)
            {
                row[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            }

            for (var x = 0; x < 5; x++)
            {
                var mixed = row[(x + 4) % 5] ^ BitOperations.RotateLeft(row[(x + 1) % 5], 1);
                for (var y = 0; y < 25; y += 5)
                {
                    state[x + y] ^= mixed;
                }
            }

            var moved = state[1];
            for (var at = 0; at < _lanes.Length; at++)
            {
                var lane = _lanes[at];
                (state[lane], moved) = (BitOperations.RotateLeft(moved, _turns[at]), state[lane]);
            }

            for (var y = 0; y < 25; y += 5)
            {
                state.Slice(y, 5).CopyTo(row);
                for (var x = 0; x < 5; x++)
                {
                    state[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
                }
            }

            state[0] ^= constant;
        }
    }
}
