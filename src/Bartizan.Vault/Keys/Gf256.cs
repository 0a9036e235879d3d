namespace Bartizan.Vault.Keys;

/// <summary>
/// The field of 256 elements (x⁸ + x⁴ + x³ + x + 1, the one of AES). No table and no branch depends on what is multiplied: neither the
/// cache nor the time tells a share.
/// </summary>
internal static class Gf256
{
    private const int Reduction = 0x1b;

    public static byte Multiply(byte a, byte b)
    {
        var (left, right, product) = ((int)a, (int)b, 0);
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= left & -(right & 1);
            right >>= 1;
            left = ((left << 1) ^ (Reduction & -((left >> 7) & 1))) & 0xff;
        }

        return (byte)product;
    }

    /// <summary>The inverse, as the 254th power; of zero, zero.</summary>
    public static byte Invert(byte a)
    {
        // 254 = 0b11111110
        var square = Multiply(a, a);
        var power = square;
        for (var bit = 2; bit < 8; bit++)
        {
            square = Multiply(square, square);
            power = Multiply(power, square);
        }

        return power;
    }
}
