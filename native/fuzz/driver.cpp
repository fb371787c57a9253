// A driver for compilers without libFuzzer: random inputs from a seed, for some seconds, without coverage feedback.
//
//     driver SECONDS SEED        -> prints how many inputs were decoded
//     driver FILE...             -> decodes what was found earlier

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// Short inputs make maps with a pattern, long ones maps of noise.
constexpr std::size_t kSizes[] = {0, 1, 5, 16, 64, 257, 1024, 8191, 65536};

std::vector<std::uint8_t> random_input(std::mt19937_64& random) {
  std::vector<std::uint8_t> input(kSizes[random() % std::size(kSizes)]);
  for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(random());
  return input;
}

int replay(int count, char** paths) {
  for (int i = 0; i < count; ++i) {
    std::ifstream file(paths[i], std::ios::binary);
    const std::vector<std::uint8_t> input{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%d inputs\n", count);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  char* end = nullptr;
  const double seconds = argc == 3 ? std::strtod(argv[1], &end) : 0.0;
  if (argc != 3 || *end != '\0') return replay(argc - 1, argv + 1);
  std::mt19937_64 random(std::strtoull(argv[2], nullptr, 10));
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  long count = 0;
  for (; std::chrono::steady_clock::now() < until; ++count) {
    const std::vector<std::uint8_t> input = random_input(random);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%ld inputs\n", count);
  return 0;
}
